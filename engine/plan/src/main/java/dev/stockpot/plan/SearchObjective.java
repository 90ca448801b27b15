package dev.stockpot.plan;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** What a search maximises, as the plan says it. */
public sealed interface SearchObjective {

  /** The mean over all categories. */
  record Mean() implements SearchObjective {}

  /** The weighted mean over the categories named. */
  record Weighted(Map<String, BigDecimal> weights) implements SearchObjective {
    public Weighted {
      weights = Map.copyOf(weights);
    }
  }

  /** The mean of groups, each the mean of its members. */
  record Groups(List<Group> groups) implements SearchObjective {
    public Groups {
      groups = List.copyOf(groups);
    }
  }

  /** What a group holds. */
  sealed interface Member {}

  record Category(String name) implements Member {}

  record Group(String name, List<Member> members) implements Member {
    public Group {
      members = List.copyOf(members);
    }
  }
}
