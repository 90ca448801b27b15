package dev.stockpot.merge.plan;

/** A value and where the plan says it. */
record Located<T>(T value, Place place) {}
