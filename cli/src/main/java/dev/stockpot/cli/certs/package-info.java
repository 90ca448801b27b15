/** Makes a development CA and certificates of nodes. Loads no actor. */
@NullMarked
package dev.stockpot.cli.certs;

import org.jspecify.annotations.NullMarked;
