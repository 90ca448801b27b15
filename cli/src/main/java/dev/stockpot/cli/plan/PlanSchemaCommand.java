package dev.stockpot.cli.plan;

import dev.stockpot.cli.console.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code stockpot plan schema}. */
@Command(
    name = "schema",
    mixinStandardHelpOptions = true,
    description = "Print the JSON Schema of plans, for editors that check as you type.",
    footer = {
      "",
      "Save it beside a plan, and name it in the plan's first line:",
      "  stockpot plan schema > plan.schema.json",
      "  # yaml-language-server: $schema=plan.schema.json"
    })
public final class PlanSchemaCommand implements Callable<Integer> {

  /** The build copies it from {@code config/}. */
  private static final String RESOURCE = "plan.schema.json";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (InputStream schema = PlanSchemaCommand.class.getResourceAsStream(RESOURCE)) {
      out.print(new String(Objects.requireNonNull(schema).readAllBytes(), StandardCharsets.UTF_8));
    }
    out.flush();
    return ExitCode.DONE;
  }
}
