/** The dashboard's pages: its files, and the report of a job that is made of the same ones. */
@NullMarked
package dev.stockpot.coordinator.web;

import org.jspecify.annotations.NullMarked;
