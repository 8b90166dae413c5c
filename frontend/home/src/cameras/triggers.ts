// Entities that may have a camera recorded: any event, and sensors of what begins and ends (tellers.py has the same).
import type { EntityState, HomeAssistant } from "../api/hass";

export const TELLERS_MAX = 12;
const SENSORS = new Set(["door", "garage_door", "motion", "moving", "occupancy", "opening", "presence", "sound", "vibration", "window"]);

const OWN = "milton_share"; // what this home itself has tells nothing: no camera is recorded because a request came

type States = Record<string, EntityState> | undefined;

export function tellerName(states: States, entityId: string): string {
  return states?.[entityId]?.attributes.friendly_name ?? entityId;
}

/** All that may be named, by name. */
export function tellers({ states, entities }: HomeAssistant): { entityId: string; name: string }[] {
  return Object.entries(states ?? {})
    .filter(([id]) => entities?.[id]?.platform !== OWN)
    .filter(([id, { attributes }]) => id.startsWith("event.") || (id.startsWith("binary_sensor.") && SENSORS.has(attributes.device_class ?? "")))
    .map(([entityId]) => ({ entityId, name: tellerName(states, entityId) }))
    .sort((one, other) => one.name.localeCompare(other.name));
}
