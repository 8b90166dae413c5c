/** Calls to the residents' server and the hub. What they refuse is thrown by the name of its rule. */

export const JSON_BODY = { "Content-Type": "application/json" } as const;

/** Ask; throws the rule that refuses it, or `no_answer`. */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, { cache: "no-store", ...init }).catch(() => Promise.reject(new Error("no_answer")));
  if (answer.ok) return answer;
  const said = (await answer.json().catch(() => ({}))) as { readonly error?: string };
  throw new Error(said.error ?? "no_answer");
}

export const askJson = async <T>(url: string, init: RequestInit = {}): Promise<T> => (await (await ask(url, init)).json()) as T;
