// Rules that say the same to an owner: the first word names the sentence.
import type { Rule } from "./words";

const GROUPS: Partial<Record<Rule, string>> = {
  not_in_form: `message_too_long not_utf8 not_json too_deep duplicate_key not_an_integer not_canonical missing_field
    unknown_field wrong_type unknown_type unknown_version unknown_choice forbidden_character not_an_id not_a_code
    not_a_phone_number not_b64 not_hex not_a_time not_an_age_recipient not_an_address not_sorted duplicate_item
    wrong_period wrong_payload_type`,
  not_in_log: `note_malformed note_not_signed note_signature_wrong checkpoint_malformed
    log_origin_unknown log_proof_malformed log_size_out_of_bounds leaf_too_long tile_unknown`,
  assertion_wrong: `client_data_wrong client_data_cross_origin rp_id_wrong flags_forbidden not_device_bound
    signature_not_der key_wrong`,
  papers_early: "city_record_not_yet_valid directory_not_yet_valid live_not_yet_valid",
  check_failed: "unapproved_frames unapproved_audio metadata hidden_data slices_differ bad_job clip_changed",
  hold_failed: `hold_quota hold_id_taken hold_unknown segment_unreadable segment_list_broken stream_unsupported
    index_too_new source_unreadable source_stopped`,
  not_in_time: "not_received not_matched not_approved not_sealed not_uploaded",
  receipt_wrong: `receipt_of_another_share receipt_chain_broken too_many_receipts receipts_changed
    receipts_without_share`,
};

export const GROUP_OF: ReadonlyMap<string, Rule> = new Map(
  Object.entries(GROUPS).flatMap(([name, rules]) => rules.split(/\s+/).map((rule) => [rule, name as Rule] as const)),
);
