/**
 * The commands that talk to a coordinator, over HTTP; what they print is for people, or JSON for
 * programs. No actor is loaded here.
 */
@NullMarked
package dev.stockpot.cli.client;

import org.jspecify.annotations.NullMarked;
