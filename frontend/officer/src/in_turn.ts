/** Doing one thing at a time, and once more for whatever asked meanwhile. */
export function inTurn(act: () => Promise<void>): () => Promise<void> {
  let again = false;
  let running: Promise<void> | null = null;
  async function all(): Promise<void> {
    while (again) {
      again = false;
      await act();
    }
  }
  return () => {
    again = true;
    return (running ??= all().finally(() => (running = null)));
  };
}
