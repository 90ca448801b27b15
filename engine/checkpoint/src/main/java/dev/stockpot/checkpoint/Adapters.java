package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.file.StrictJson;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemGroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Adapters such as LoRA, which change a base model when it is loaded. What one does is a product of
 * its tensors, so an average of these, tensor by tensor, is no average of what they do: (A0 + A1)/2
 * · (B0 + B1)/2 is not (A0·B0 + A1·B1)/2.
 *
 * <p>Names are those of peft, and of LyCORIS and kohya's scripts.
 */
final class Adapters {
  static final String CONFIG = "adapter_config.json";
  private static final Pattern WEIGHTS = Pattern.compile("adapter_model\\.(safetensors|bin)");
  private static final String PEFT_PREFIX = "base_model.model.";

  private static final Pattern TENSORS =
      Pattern.compile(
          "(.*\\.)?(lora_[AB]|lora_embedding_[AB]|lora_magnitude_vector|lora_(down|up)|hada_[wt]\\d\\w*"
              + "|lokr_[wt]\\d\\w*|ia3_l|oft_(r|blocks)|boft_[Rs]|vera_lambda_[bd]"
              + "|prompt_embeddings)(\\..*)?",
          Pattern.DOTALL);

  /** Types that are prompts, and cannot become part of the weights. */
  private static final Set<String> PROMPTS =
      Set.of("PROMPT_TUNING", "MULTITASK_PROMPT_TUNING", "P_TUNING", "PREFIX_TUNING", "CPT");

  private static final int LARGEST = 1 << 24;
  private static final int NAMED = 3;

  /** What an adapter_config.json says. */
  private record Facts(@Nullable String type, @Nullable String base) {
    static final Facts NONE = new Facts(null, null);
  }

  private Adapters() {}

  /** Whether a directory with these files holds an adapter. */
  static boolean isIn(Set<String> names) {
    return names.contains(CONFIG) || names.stream().anyMatch(Adapters::isWeights);
  }

  /** Whether that is the name of a file with an adapter's weights. */
  static boolean isWeights(String name) {
    return WEIGHTS.matcher(name).matches();
  }

  /** Why a directory that holds an adapter and no other weights cannot be merged. */
  static Problem refusal(Path directory) {
    return Problem.inFile(directory.toString(), "is " + refused(directory));
  }

  /** What to say of an adapter that lies beside a checkpoint's weights. */
  static Problem besideWeights(Path directory) {
    return Problem.inFile(
        directory.resolve(CONFIG).toString(),
        "an adapter lies beside the weights, and transformers would load it on top of them; it is"
            + " neither merged nor copied: merge it into the weights first if it counts");
  }

  /**
   * Why a checkpoint with tensors of an adapter cannot be merged.
   *
   * @param found their names, at least one
   */
  static Problem refusal(Checkpoint checkpoint, List<String> found) {
    Path path = checkpoint.path();
    String tensors =
        "%d of its %d tensors, such as %s"
            .formatted(
                found.size(), checkpoint.tensors().size(), ProblemGroups.patterns(found, NAMED));
    Path directory = path.toAbsolutePath().getParent();
    boolean alone = found.size() == checkpoint.tensors().size();
    String what =
        alone && !Files.isDirectory(path) && directory != null
            ? "is " + refused(directory)
            : "holds the tensors of an adapter that is not merged into the weights; "
                + CURE.formatted("give the result: with peft, merge_and_unload()");
    return Problem.inFile(path.toString(), what + " (" + tensors + ")");
  }

  private static final String CURE =
      "averages of its tensors are no average of what they do. Merge it into its base first, and %s";

  /**
   * Whether an adapter's tensor has the name. Asked of 150,000 names in one plan; the pattern is
   * left for the few that may match it.
   */
  static boolean isTensor(String name) {
    if (name.startsWith(PEFT_PREFIX)) {
      return true;
    }
    for (int at = name.indexOf('_'); at >= 0; at = name.indexOf('_', at + 1)) {
      boolean perhaps =
          switch (at == 0 ? ' ' : name.charAt(at - 1)) {
            case 'a' ->
                name.startsWith("lora", at - 4)
                    || name.startsWith("hada", at - 4)
                    || name.startsWith("vera_lambda", at - 4);
            case 'r' -> name.startsWith("lokr", at - 4);
            case '3' -> name.startsWith("ia3", at - 3);
            case 't' ->
                name.startsWith("oft", at - 3) || name.startsWith("prompt_embeddings", at - 6);
            default -> false;
          };
      if (perhaps && TENSORS.matcher(name).matches()) {
        return true;
      }
    }
    return false;
  }

  private static String refused(Path directory) {
    Facts facts = facts(directory);
    String type = facts.type() == null ? "" : " (" + Printable.text(facts.type()) + ")";
    String base =
        facts.base() == null
            ? "; its base model is not named here"
            : " for the base model " + Printable.quoted(facts.base());
    String what = "an adapter" + type + base + ", and no checkpoint: ";
    if (facts.type() != null && PROMPTS.contains(facts.type())) {
      return what + "it is a prompt, which cannot become part of weights";
    }
    return what
        + CURE.formatted(
            "give the result: python -c \"import sys; from peft import AutoPeftModelForCausalLM as M;"
                + " d = sys.argv[1]; M.from_pretrained(d, dtype='auto').merge_and_unload()"
                + ".save_pretrained(d + '-merged')\" "
                + Printable.word(directory.toString()));
  }

  private static Facts facts(Path directory) {
    Path config = directory.resolve(CONFIG);
    if (!Files.isRegularFile(config)) {
      return Facts.NONE;
    }
    FactsBody body = new FactsBody();
    try (StrictJson json =
        StrictJson.pythonDocument(RegularFiles.bytes(config, LARGEST), config.toString())) {
      json.readObject(body);
    } catch (IOException | CheckpointException _) {
      // That it is an adapter is the news; what its config says is not needed for that.
      return Facts.NONE;
    }
    return new Facts(body.type, body.base);
  }

  private static final class FactsBody implements Consumer<JsonParser> {
    private @Nullable String type;
    private @Nullable String base;

    @Override
    public void accept(JsonParser parser) {
      String field;
      while ((field = parser.nextName()) != null) {
        if (parser.nextToken() == JsonToken.VALUE_STRING) {
          if (field.equals("peft_type")) {
            type = parser.getString();
          } else if (field.equals("base_model_name_or_path")) {
            base = parser.getString();
          }
        } else {
          parser.skipChildren();
        }
      }
    }
  }
}
