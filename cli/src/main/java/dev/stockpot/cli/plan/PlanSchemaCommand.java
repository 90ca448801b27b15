package dev.stockpot.cli.plan;

import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine.Command;

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
public final class PlanSchemaCommand extends CliCommand {

  /** The build copies it from {@code config/}. */
  private static final String RESOURCE = "plan.schema.json";

  @Override
  public Integer call() throws IOException {
    PrintWriter out = out();
    try (InputStream schema = PlanSchemaCommand.class.getResourceAsStream(RESOURCE)) {
      out.print(new String(Objects.requireNonNull(schema).readAllBytes(), StandardCharsets.UTF_8));
    }
    out.flush();
    return ExitCode.DONE;
  }
}
