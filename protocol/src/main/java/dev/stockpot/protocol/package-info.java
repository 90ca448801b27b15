/**
 * Every message between coordinator and worker, commands one way and events the other, and what
 * they are made of.
 */
@NullMarked
package dev.stockpot.protocol;

import org.jspecify.annotations.NullMarked;
