// Signs for what happened at a moment: each has a shape of its own besides its colour.

/** In the order of their weight: the first is drawn last, above all others. */
export const KINDS = {
  failed: { colour: "fail", sign: "▲", says: "an attempt failed" },
  returned: { colour: "fail", sign: "✕", says: "an attempt ended early, its tasks wait again" },
  silent: { colour: "fail", sign: "?", says: "fell silent" },
  out: { colour: "fail", sign: "■", says: "out of service" },
  restarted: { colour: "accent", sign: "↻", says: "started anew" },
  took: { colour: "accent", sign: "◆", says: "took over what another lost" },
  left: { colour: "muted", sign: "◁", says: "left" },
  joined: { colour: "muted", sign: "▷", says: "joined" },
  drained: { colour: "muted", sign: "◌", says: "drained" },
  resumed: { colour: "muted", sign: "▷", says: "takes work again" },
  note: { colour: "muted", sign: "•", says: "note" },
};

export const kindOf = (mark) => KINDS[mark.kind] ?? KINDS.note;
