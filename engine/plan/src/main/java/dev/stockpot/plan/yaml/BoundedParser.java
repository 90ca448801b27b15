package dev.stockpot.plan.yaml;

import dev.stockpot.checkpoint.problem.Wording;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.ComposerException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * Passes a parser's events on, and stops at what a plan has no use for but a hostile file has: deep
 * nesting (the composer recurses), aliases of lists and mappings (they multiply), merge keys, and
 * tags.
 *
 * <p>Aliases of scalars are fine: {@code weight: &w 1/3} and {@code weight: *w}.
 */
final class BoundedParser implements Parser {
  /** A plan nests three deep; more than this is a mistake, and must be named as one. */
  private static final int MAX_DEPTH = 20;

  private final Parser parser;

  /** The anchors of this document that stand for a list or a mapping now. */
  private final Set<Anchor> collections = new HashSet<>();

  private int depth;

  BoundedParser(Parser parser) {
    this.parser = parser;
  }

  @Override
  public boolean checkEvent(Event.ID choice) {
    return parser.checkEvent(choice);
  }

  @Override
  public Event peekEvent() {
    return parser.peekEvent();
  }

  @Override
  public boolean hasNext() {
    return parser.hasNext();
  }

  @Override
  public Event next() {
    Event event = parser.next();
    switch (event) {
      case CollectionStartEvent start -> onStart(start);
      case CollectionEndEvent _ -> depth--;
      case DocumentStartEvent _ -> collections.clear();
      case ScalarEvent scalar -> {
        refuseTag(scalar, scalar.getTag());
        scalar.getAnchor().ifPresent(collections::remove);
        if (scalar.isPlain() && scalar.getValue().equals("<<")) {
          throw refused(event, "merge keys ('<<') are not supported; write the keys out");
        }
      }
      case AliasEvent alias -> {
        if (collections.contains(alias.getAlias())) {
          throw refused(
              event,
              "an alias ('*"
                  + alias.getAlias()
                  + "') may repeat a word or a number, not a list or"
                  + " a mapping; write it out");
        }
      }
      default -> {}
    }
    return event;
  }

  private void onStart(CollectionStartEvent start) {
    refuseTag(start, start.getTag());
    start.getAnchor().ifPresent(collections::add);
    depth++;
    if (depth > MAX_DEPTH) {
      throw refused(start, "nested more than " + MAX_DEPTH + " levels deep; a plan needs three");
    }
  }

  private static void refuseTag(Event event, Optional<String> tag) {
    if (tag.isPresent()) {
      throw refused(
          event,
          "a plan has no tags; remove " + Wording.quoted(tag.get().replace(Tag.PREFIX, "!!")));
    }
  }

  private static ComposerException refused(Event event, String message) {
    return new ComposerException(message, event.getStartMark());
  }
}
