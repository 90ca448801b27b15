/** The cache on disk that huggingface_hub and this program share. */
@NullMarked
package dev.stockpot.hub.cache;

import org.jspecify.annotations.NullMarked;
