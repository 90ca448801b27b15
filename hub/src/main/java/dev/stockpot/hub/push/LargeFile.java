package dev.stockpot.hub.push;

/** A file that goes to the hub's store of large ones, where its digest is its name. */
record LargeFile(LocalFile file, String sha256) {}
