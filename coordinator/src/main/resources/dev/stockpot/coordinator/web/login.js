// The page that asks for a token.

import { ask } from "./api.js";
import { el, text } from "./dom.js";

export class Login {
  static title = "Log in";

  /** @param onLogin is told when the coordinator let somebody in */
  constructor(onLogin, said = "") {
    this.token = el("input", { type: "password", id: "token", name: "token", required: true, autocomplete: "current-password", "aria-describedby": "login-said" });
    this.said = el("p", { class: "said", id: "login-said", role: "alert" }, said);
    this.button = el("button", { type: "submit" }, "Log in");
    this.element = el("form", { class: "login", onsubmit: (event) => this.send(event) },
      el("h1", {}, "Log in"),
      el("label", { for: "token" }, "Token"), this.token, this.button, this.said,
      el("p", { class: "note" }, "A line of the coordinator's token file. Who started the coordinator finds it in ", el("code", {}, "~/.config/stockpot/token"), "."));
    this.onLogin = onLogin;
  }

  async send(event) {
    event.preventDefault();
    this.button.disabled = true;
    try {
      await ask("POST", "/v1/session", { token: this.token.value.trim() });
      this.onLogin();
    } catch (refusal) {
      text(this.said, refusal.status === 401 ? "That is no token of this coordinator." : refusal.message);
      this.token.select();
    } finally {
      this.button.disabled = false;
    }
  }
}
