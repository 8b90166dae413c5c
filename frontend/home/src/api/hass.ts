// As much of Home Assistant's frontend object as the page uses.

export interface Connection {
  subscribeMessage<T>(onMessage: (message: T) => void, message: object, options?: { resubscribe: boolean }): Promise<() => Promise<void> | void>;
  addEventListener(event: "ready", heard: () => void): void;
  removeEventListener(event: "ready", heard: () => void): void;
}

export interface Auth {
  readonly accessToken: string;
  readonly expired: boolean;
  refreshAccessToken(): Promise<void>;
}

export interface EntityState {
  attributes: { friendly_name?: string; device_class?: string };
}

export interface HomeAssistant {
  auth: Auth;
  connection: Connection;
  callWS<T>(message: object): Promise<T>;
  hassUrl(path?: string): string;
  loadBackendTranslation?(category: "title", integration: string): Promise<unknown>;
  states?: Record<string, EntityState>;
  entities?: Record<string, { platform?: string }>;
  themes: { darkMode: boolean };
  panels?: Readonly<Record<string, object>>;
  language: string;
  locale?: { language: string; time_format?: string };
  config: { time_zone: string; latitude: number; longitude: number };
  user?: { id: string; name: string; is_owner: boolean };
}

export interface Route {
  prefix: string;
  path: string;
}

/** Go to another place of the same page, as Home Assistant's own links do. */
export function navigate(path: string): void {
  history.pushState(null, "", path);
  window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace: false } }));
}
