package dev.stockpot.protocol;

/** A message that may cross a node: immutable, small, and without tensor bytes. */
public sealed interface WireMessage permits WorkerCommand, WorkerEvent {}
