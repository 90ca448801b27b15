/** What stands between the cluster port and Pekko's remoting, which believes what it is sent. */
@NullMarked
package dev.stockpot.cli.port;

import org.jspecify.annotations.NullMarked;
