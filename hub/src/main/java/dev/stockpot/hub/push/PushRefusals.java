package dev.stockpot.hub.push;

import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubSettings;

/** What the hub's refusals of a push mean, and what to do. */
final class PushRefusals {

  private static final int PAYMENT = 402;

  private final HubSettings settings;
  private final String repository;

  PushRefusals(HubSettings settings, String repository) {
    this.settings = settings;
    this.repository = repository;
  }

  /**
   * The same failure in words that say what to do; one that has no status says that already.
   *
   * @param what was tried: {@code commit}
   */
  HubException of(String what, HubException refused) {
    return refused
        .refusal()
        .map(refusal -> {
          String cure = cure(refusal.status());
          return cure.isEmpty()
              ? refused
              : new HubException(
                  refused.kind(),
                  "%s: the hub does not let us %s (status %d%s): %s"
                      .formatted(
                          repository,
                          what,
                          refusal.status(),
                          refusal.said().map(said -> ", " + said).orElse(""),
                          cure),
                  refusal);
        })
        .orElse(refused);
  }

  private String cure(int status) {
    String tokens = settings.endpoint() + "/settings/tokens";
    String owner = repository.substring(0, repository.indexOf('/'));
    return switch (status) {
      case 401 ->
          settings.token().isPresent()
              ? "it does not know " + settings.token() + "; make one that may write at " + tokens
              : "give a token that may write, by HF_TOKEN, --token-file or 'hf auth login' ("
                  + settings.token().origin()
                  + "); make one at "
                  + tokens;
      case PAYMENT ->
          "the account's room is used up; see " + settings.endpoint() + "/settings/billing";
      case 403 ->
          "%s may not write there; it must be of a member of '%s' and have the role 'write'; see %s"
              .formatted(settings.token(), owner, tokens);
      case 404 ->
          "there is no '%s', or it may not be seen; check the name, and whether %s is of a member"
              .formatted(repository, settings.token());
      case 409, 412 ->
          "somebody else changed it in the meantime; push again: what was sent is not sent again";
      case 413 -> "the files are larger than it takes at once; see " + settings.page(repository);
      case 400, 422 -> "it does not take what was sent; its words say why";
      default -> "";
    };
  }
}
