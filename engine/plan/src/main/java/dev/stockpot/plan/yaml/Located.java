package dev.stockpot.plan.yaml;

/** A value and where the plan says it. */
public record Located<T>(T value, Place place) {}
