// The shapes of docs/home-api.md, as the integration sends them. Times are ISO text in UTC, points [lat_e7, lon_e7].

export type Point = [number, number];
export type Area = { kind: "polygon"; points: Point[] } | { kind: "circle"; center: Point; radius_m: number };
export type Placing = "unclassified" | "indoor" | "outdoor";
export type CaseState =
  | "received" | "matched" | "held" | "reviewing"
  | "approved" | "sealed" | "uploaded" | "receipted"
  | "lapsed" | "withdrawn" | "declined";

export interface Approver {
  refusal: string | null;
  is_owner: boolean;
  has_pin: boolean;
  tries_left: number;
  locked_until: string | null;
}

export type Source = "here" | "frigate" | "unifi_protect" | "reolink" | "media_folder" | "nest";

export interface CameraSettings {
  camera_id: string;
  placing: Placing;
  eligible: boolean;
  position: Point | null;
  heading_deg: number;
  field_of_view_deg: number;
  range_m: number;
  recording: "events" | "continuous";
  on_battery: boolean;
  record_also: boolean;
  also_told_by: string[];
  source?: Source | null; // null: the first of the camera’s sources
}

export interface Camera {
  camera_id: string;
  entity_id: string;
  name: string;
  doorbell: boolean;
  seems_indoor: boolean;
  can_record: boolean;
  sources: Source[]; // that can be picked, the default first
  footage: Source | "app" | "none";
  maker: string | null;
  footage_trouble: string | null;
  told_by: string[];
  has_battery: boolean;
  room: { kbit_s: number | null; days: number | null };
  /** Its sound and its pictures tell different times: it is recorded without sound for so long. */
  sound_left_out: { since: string; until: string } | null;
  settings: CameraSettings;
}

export interface Gap {
  from: string;
  until: string;
}

/** A polygon that is black in the clip; corners in ten-thousandths of the picture. */
export interface Mask {
  keys: { at: string; corners: [number, number][] }[];
}

/** A part of time that a clip shows; its first frame is shown `stored_ms` after the clip's first. */
export interface StoredRange {
  from: string;
  until: string;
  first_frame: string | null;
  stored_ms: number | null;
}

export interface Clip {
  clip_sha256: string;
  from: string;
  until: string;
  ranges: StoredRange[];
  size_bytes: number;
  audio: "kept" | "removed" | "absent";
  masks: Mask[];
  gaps: Gap[];
  offset_ms: number;
  uncertainty_ms: number;
  clock_method: string;
  preview_sha256: string | null;
  /** When the camera's pictures came in another size than before; the clip has one. */
  resized_at: string[];
}

/** Small pictures of a clip: paths that are signed, and which milliseconds of the clip the strip's tiles show. */
export interface Stills {
  poster: string;
  sheet: string;
  strip: string;
  at_ms: number[];
  tile_width: number;
  tile_height: number;
}

/** About when it was taken, and a JPEG in base64. */
export interface RoughPicture {
  at: string;
  jpeg: string;
}

/** What Home Assistant remembers of a camera; `name` is that of an entity that the owner named, else null. */
export interface Mark {
  kind: "ring" | "motion" | "other";
  from: string;
  until: string;
  name: string | null;
}

export interface Receipt {
  sequence: number;
  event: "received" | "fetched" | "accepted" | "asked" | "passed_on" | "viewed" | "revoked" | "exported" | "withdrawn" | "held" | "released" | "unflagged" | "deleted";
  at: string;
  by: { badge: string; device: string } | null;
  /** Whom outside of the agency it is about, for `asked`, `passed_on`, `viewed` and `revoked`. */
  to: { name: string; organisation: string; until: string } | null;
}

export interface Share {
  share_id: string;
  state: CaseState;
  /** Of its sealed bodies; 0 before its sealing began. */
  size_bytes: number;
  sealed_bytes: number;
  sent_bytes: number;
  approved_at: string;
  withdraw_wanted: boolean;
  withdraw_refused: string | null;
  custodians_only: boolean;
  flag_wanted: boolean;
  flag_refused: string | null;
  /** A custodian took the owner's last flag off. */
  unflagged: boolean;
  early_wanted: boolean;
  early_refused: string | null;
  passing: { question: number; agrees: boolean; refused: string | null }[];
  sources_said_until: string | null;
  sources_kept_until: string | null;
  receipts: Receipt[];
  trouble: string | null;
}

/** A time that the first picture of a file may have, by what the file says of itself. */
export interface FileTime {
  at: string;
  origin: "apple" | "name" | "created" | "created_local" | "ended" | "ended_local";
  kind: string | null;
  doubt: "repeated_hour" | "skipped_hour" | null;
  precision_s: number;
  fits: boolean;
}

/** A file that the owner added; `at` is null until the owner has said when its first picture was taken. */
export interface AddedFile {
  name: string;
  size_bytes: number;
  length_ms: number;
  width: number;
  height: number;
  sound: boolean;
  /** After its first picture: where its own time begins anew. */
  anew_ms: number[];
  candidates: FileTime[];
  at: string | null;
  uncertainty_s: number | null;
  camera_id: string | null;
}

export interface Case {
  case_id: string;
  request_id: string;
  camera_id: string;
  camera_name: string;
  file: AddedFile | null;
  state: CaseState;
  footage_from: string | null;
  footage_until: string | null;
  gaps: Gap[];
  source: Source | "recorder" | null; // what recorded it; null: not known yet, or a file that was added
  clock_put: boolean;
  cutting: number | null;
  copied: number | null;
  kept_until: string | null;
  hold_trouble: string | null;
  clip: Clip | null;
  share: Share | null;
}

/** Whose key opens what is shared; the recovery key has no name. */
export interface Recipient {
  role: "officer" | "custodian" | "recovery";
  name: string;
  badge: string;
}

/** Where the public log has a request, and which of the owner's witnesses have seen that log; `entry` counts from 0. */
export interface Logged {
  log: string;
  entry: number;
  size: number;
  root: string;
  witnesses: { name: string; at: string; vkey: string }[];
}

/** What became of a typed door code: the request that it opens, or null while it waits for one until then. */
export interface TypedCode {
  request_id: string | null;
  keep_until: string;
}

export interface FootageRequest {
  request_id: string;
  refused: string | null;
  refused_detail: string;
  notices: string[];
  logged: Logged | null;
  officer_name: string;
  approver_name: string | null;
  badge: string;
  agency_name: string;
  contact: string;
  case_number: string;
  offence_name: string;
  reason: string;
  urgent: boolean;
  drill: boolean;
  by_code: boolean;
  code_typed: boolean;
  area: Area;
  from: string;
  until: string;
  created_at: string;
  expires_at: string;
  recipients_sha256: string;
  custodians_sha256: string;
  recipients: Recipient[];
  cases: Case[];
  tag: string | null;
}

/** A public log that the city's root names in place of the one this home follows. */
export interface NewLog {
  origin: string;
  public_key: string;
  words: string[];
  size: number;
  known_size: number;
  continues: boolean | null;
}

export interface City {
  city_name: string;
  agency_name: string;
  demo: boolean;
  words: string[];
  jurisdiction: Point[];
  witness_quorum: number;
  own_witness_quorum: number;
  witnesses: string[];
}

/** The city's map: the pack that is here, whether the city names one, and why what came last is not that one. */
export interface CityMap {
  sha256: string | null;
  named: boolean | null;
  refused: string | null;
}

/** The folder that a camera writes into, and the zone of its names; null: the house's own. */
export interface CameraFolder {
  camera_id: string;
  folder: string;
  zone: string | null;
}

export interface FolderLook {
  count: number;
  timed: number;
  examples: { name: string; at: string; kind: string; doubt: "repeated_hour" | "skipped_hour" | null }[];
  untimed: string[];
}

/** One way in which somebody tried what that person may not, and how often. */
export interface Attempt {
  own: boolean;
  user_name: string;
  kind: string;
  act: string;
  rule: string;
  count: number;
  first_at: string;
  last_at: string;
}

/** A request that can't even be read. */
export interface Unreadable {
  request_id: string;
  refused: string;
}

export interface Phone {
  service: string;
  name: string;
  told: boolean;
}

export type Reminder = "last_day" | "next_day" | "never";

/** What the owner set for all requests; times as HH:MM by the clocks on the walls. */
export interface Household {
  phones: Phone[];
  quiet_from: string | null;
  quiet_until: string | null;
  urgent_breaks_quiet: boolean;
  weekly_cap: number;
  reminder: Reminder;
  audio: boolean;
  named: boolean;
  storage_gb: number;
  keep_days: number;
  paused: boolean;
  paused_until: string | null; // null: until the owner resumes, or not paused at all
}

/** A camera of which something may be recorded, and what is of the time that was asked about. */
export interface OwnCamera {
  camera_id: string;
  name: string;
  recorded: Gap[];
  trouble: string | null;
}

export interface OwnClip {
  clip_id: string;
  camera_id: string;
  camera_name: string;
  name: string;
  clip: Clip | null;
  refused: string | null;
  saved_as: string | null;
}

/** What this person had cut last, for own use. */
export interface Own {
  from: string;
  until: string;
  audio: boolean;
  cutting: number | null;
  kept_until: string | null;
  clips: OwnClip[];
}

/** What this home's own recordings take of the disk; `wanted_bytes` in the days that are set, null: not known yet. */
export interface Ring {
  used_bytes: number;
  oldest: string | null;
  wanted_bytes: number | null;
}

export interface HomeState {
  snapshot: { open_requests: number; link: string; last_contact: string | null; trust_rule: string | null };
  new_log: NewLog | null;
  city: City | null;
  approver: Approver;
  requests: FootageRequest[];
  unreadable: Unreadable[];
  unreadable_count: number;
  cameras: Camera[];
  folders: CameraFolder[];
  attempts: Attempt[];
  household: Household;
  ring: Ring;
  map: CityMap;
  own?: Own | null;
}

export interface Retention {
  storage_gb: number;
  hold_after_expiry_s: number;
}

export type StateEvent =
  | { state: HomeState; panel_version: string; retention: Retention }
  | { refused: string };

/** Envelopes as they came, in base64, and what this home signed. */
export interface Evidence {
  root_public_key: string;
  city_record: string | null;
  directory: string | null;
  live: string | null;
  bundle: string;
  shares: object[];
}

export interface NamedApprover {
  user_id: string;
  name: string;
  login: string | null; // by what they sign in: two people may have one name
  is_owner: boolean;
  has_pin: boolean;
}

export interface FoundCamera {
  address: string;
  name: string;
  doorbell: boolean;
  add_with: string;
}

export interface Candidate {
  user_id: string;
  name: string;
  login: string | null;
}
