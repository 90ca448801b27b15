package dev.stockpot.plan;

import java.nio.file.Path;
import java.util.List;

/** What one document of a plan file asks for. */
public sealed interface Plan permits MergePlan, SearchPlan {

  /** The file that the plan was read from, as the user named it; {@code -} for standard input. */
  Path source();

  /** Everything that is read: models, the donor, score tables. */
  List<Path> inputs();

  /** Where the result goes. */
  MergePlan.Output output();
}
