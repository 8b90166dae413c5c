// Every command of docs/home-api.md, once.
import type { HomeAssistant } from "./hass";
import type { Approver, CameraSettings, Candidate, Clip, Evidence, FolderLook, FoundCamera, Household, Mark, Mask, NamedApprover, OwnCamera, RoughPicture, StateEvent, Stills, TypedCode } from "./model";

/** What Home Assistant throws when a command is refused: `code` is the rule's name. */
export interface Refusal {
  code: string;
  message: string;
}

export function isRefusal(error: unknown): error is Refusal {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" && "message" in error;
}

export class Api {
  readonly #hass: HomeAssistant;

  constructor(hass: HomeAssistant) {
    this.#hass = hass;
  }

  #call<T>(name: string, fields: object = {}): Promise<T> {
    return this.#hass.callWS<T>({ type: `milton_share/${name}`, ...fields });
  }

  whoami(): Promise<Approver> {
    return this.#call("whoami");
  }

  subscribe(onEvent: (event: StateEvent) => void): Promise<() => Promise<void> | void> {
    return this.#hass.connection.subscribeMessage(onEvent, { type: "milton_share/subscribe" });
  }

  look(caseId: string, ranges: readonly { from: Date; until: Date }[], audio: boolean, masks: readonly Mask[]): Promise<Clip> {
    const [first, ...further] = ranges.map(({ from, until }) => ({ from: from.toISOString(), until: until.toISOString() }));
    return this.#call("look", { case_id: caseId, ...first, ...(further.length > 0 ? { further } : {}), audio, masks });
  }

  cancelLook(caseId: string): Promise<void> {
    return this.#call("look/cancel", { case_id: caseId });
  }

  async previewUrl(caseId: string, sha256: string): Promise<string> {
    const { path } = await this.#call<{ path: string }>("preview_path", { case_id: caseId, sha256 });
    return this.#hass.hassUrl(path);
  }

  folderRoots(): Promise<{ roots: string[] }> {
    return this.#call("folder/roots");
  }

  lookAtFolder(folder: string, zone: string | null): Promise<FolderLook> {
    return this.#call("folder/look", { folder, zone });
  }

  setFolder(cameraId: string, folder: string | null, zone: string | null): Promise<void> {
    return this.#call("folder/set", { camera_id: cameraId, folder, zone });
  }

  checkFile(requestId: string): Promise<void> {
    return this.#call("file/check", { request_id: requestId });
  }

  /** Send a file straight from the disk; `onProgress` gets bytes. What is refused is thrown as a Refusal, a stop as any error. */
  async addFile(requestId: string, file: File, onProgress: (bytes: number) => void, stop: AbortSignal): Promise<void> {
    const { auth } = this.#hass;
    if (auth.expired) await auth.refreshAccessToken();
    stop.throwIfAborted();
    const request = new XMLHttpRequest(); // fetch tells no progress of what it sends
    const over = new Promise<void>((done, refuse) => {
      request.upload.onprogress = ({ loaded }) => onProgress(loaded);
      request.onerror = () => refuse(new Error("no answer"));
      request.onabort = () => refuse(new Error("stopped"));
      request.onload = () => {
        if (request.status === 200) return done();
        const rule: unknown = request.response?.error;
        return refuse(typeof rule === "string" ? { code: rule, message: rule } : new Error(`status ${request.status}`));
      };
    });
    request.open("POST", this.#hass.hassUrl(`/api/milton_share/file/${requestId}`));
    request.responseType = "json";
    request.setRequestHeader("Authorization", `Bearer ${auth.accessToken}`);
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    stop.onabort = () => request.abort();
    request.send(file);
    await over;
  }

  async pictureUrl(caseId: string): Promise<string> {
    const { path } = await this.#call<{ path: string }>("file/picture_path", { case_id: caseId });
    return this.#hass.hassUrl(path);
  }

  confirmFile(caseId: string, at: Date, uncertaintyS: number, cameraId: string | null): Promise<void> {
    return this.#call("file/confirm", { case_id: caseId, at: at.toISOString(), uncertainty_s: uncertaintyS, camera_id: cameraId });
  }

  removeFile(caseId: string): Promise<void> {
    return this.#call("file/remove", { case_id: caseId });
  }

  /** The first call makes them, which may take a moment. */
  async stills(caseId: string, sha256: string): Promise<Stills> {
    const found = await this.#call<Stills>("stills", { case_id: caseId, sha256 });
    const [poster, sheet, strip] = [found.poster, found.sheet, found.strip].map((path) => this.#hass.hassUrl(path)) as [string, string, string];
    return { ...found, poster, sheet, strip };
  }

  /** The first call makes them, which may take a moment. */
  rough(caseId: string): Promise<{ pictures: RoughPicture[] }> {
    return this.#call("rough", { case_id: caseId });
  }

  marks(caseId: string): Promise<{ marks: Mark[]; known: boolean }> {
    return this.#call("marks", { case_id: caseId });
  }

  approve(choice: {
    caseId: string;
    clipSha256: string;
    recipientsSha256: string;
    pin: string;
    named: boolean;
    keepSources: boolean;
  }): Promise<{ share_id: string }> {
    return this.#call("approve", {
      case_id: choice.caseId,
      clip_sha256: choice.clipSha256,
      recipients_sha256: choice.recipientsSha256,
      pin: choice.pin,
      named: choice.named,
      keep_sources: choice.keepSources,
    });
  }

  enterDoorCode(code: string): Promise<TypedCode> {
    return this.#call("door_code/enter", { code });
  }

  notThisTime(requestId: string): Promise<void> {
    return this.#call("not_this_time", { request_id: requestId });
  }

  wipeHeld(requestId: string): Promise<void> {
    return this.#call("held/wipe", { request_id: requestId });
  }

  withdraw(shareId: string, pin: string): Promise<void> {
    return this.#call("withdraw", { share_id: shareId, pin });
  }

  agreeEarly(shareId: string, pin: string): Promise<void> {
    return this.#call("agree_early", { share_id: shareId, pin });
  }

  flag(shareId: string, pin: string): Promise<void> {
    return this.#call("flag", { share_id: shareId, pin });
  }

  sayOfPassing(shareId: string, question: number, agrees: boolean, pin: string): Promise<void> {
    return this.#call("passing/say", { share_id: shareId, question, agrees, pin });
  }

  giveUpSources(shareId: string, pin: string): Promise<void> {
    return this.#call("sources/give_up", { share_id: shareId, pin });
  }

  map(): Promise<{ sha256: string; pack: string }> {
    return this.#call("map");
  }

  evidence(requestId: string): Promise<Evidence> {
    return this.#call("evidence", { request_id: requestId });
  }

  setCamera(settings: CameraSettings): Promise<void> {
    return this.#call("camera/set", settings);
  }

  searchCameras(): Promise<FoundCamera[]> {
    return this.#call("cameras/search");
  }

  setPin(pin: string, oldPin: string | null): Promise<void> {
    return this.#call("pin/set", { pin, old_pin: oldPin });
  }

  approvers(): Promise<{ approvers: NamedApprover[]; others: Candidate[] }> {
    return this.#call("approvers");
  }

  nameApprover(userId: string, pin: string): Promise<void> {
    return this.#call("approver/name", { user_id: userId, pin });
  }

  acceptLog(origin: string, publicKey: string, pin: string): Promise<void> {
    return this.#call("log/accept", { origin, public_key: publicKey, pin });
  }

  setWitnesses(quorum: number, witnesses: string[], pin: string): Promise<void> {
    return this.#call("witnesses/set", { quorum, witnesses, pin });
  }

  /** What is changed, and nothing else. Both times of the quiet hours are one change. */
  setHousehold({ phones, quiet_from, quiet_until, ...rest }: Partial<Household>): Promise<void> {
    const told = phones?.filter((phone) => phone.told).map(({ service }) => service);
    const quiet = quiet_from === undefined || quiet_until === undefined ? {}
      : { quiet: quiet_from === null || quiet_until === null ? null : { from: quiet_from, until: quiet_until } };
    return this.#call("household/set", { ...rest, ...quiet, ...(told && phones ? { phones: told.length === phones.length ? null : told } : {}) });
  }

  /** No camera is asked until then, or until the owner resumes; null ends it. */
  setPause(pause: { until: Date | null } | null): Promise<void> {
    return this.#call("household/set", { pause: pause && { until: pause.until?.toISOString() ?? null } });
  }

  leave(pin: string): Promise<{ hub: "erased" | "asked" }> {
    return this.#call("leave", { pin });
  }

  ownRecorded(from: Date, until: Date): Promise<OwnCamera[]> {
    return this.#call("own/recorded", { from: from.toISOString(), until: until.toISOString() });
  }

  ownCut(cameraIds: readonly string[], from: Date, until: Date, audio: boolean, masks: readonly { camera_id: string; masks: Mask[] }[]): Promise<void> {
    return this.#call("own/cut", { camera_ids: cameraIds, from: from.toISOString(), until: until.toISOString(), audio, masks });
  }

  ownStop(): Promise<void> {
    return this.#call("own/stop");
  }

  ownForget(): Promise<void> {
    return this.#call("own/forget");
  }

  ownSave(clipId: string): Promise<{ saved_as: string }> {
    return this.#call("own/save", { clip_id: clipId });
  }

  async ownUrl(clipId: string, kind: "clip" | "preview" | "poster"): Promise<string> {
    const { path } = await this.#call<{ path: string }>("own/path", { clip_id: clipId, kind });
    return this.#hass.hassUrl(path);
  }

  removeApprover(userId: string, pin: string): Promise<void> {
    return this.#call("approver/remove", { user_id: userId, pin });
  }
}
