// Questions to the coordinator other than streams.

/** What the coordinator answered instead of doing it, or that there was no answer (status 0). */
class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The header shows that a page of ours asks: one of another site may not send it. */
export async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      cache: "no-store",
      credentials: "same-origin",
      headers: { "X-Stockpot": "1", ...(body ? { "Content-Type": "application/json" } : {}) },
      body: body ? JSON.stringify(body) : undefined,
    });
  } catch {
    throw new Refusal(0, "The coordinator does not answer.");
  }
  const value = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw new Refusal(answer.status, value?.error ?? `The coordinator answered ${answer.status}.`);
  return value;
}
