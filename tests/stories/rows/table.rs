//! The rows, in their order.

use super::Row;

pub const ROWS: &[Row] = &[
    Row(
        1,
        "nothing without a consent that covers it",
        &["E-CONSENT-NONE", "share"],
        &["flips::each_dimension_flipped_is_refused_for_its_own_reasons_and_leaves_one_entry"],
    ),
    Row(
        2,
        "each person consents for their own part",
        &["E-CLIENT-SEVERAL", "E-CONSENT-NONE", "share"],
        &[
            "groups::one_participant_is_told_of_alone_and_the_whole_by_each_ones_own_consent",
            "family::a_family_meets_and_each_is_told_of_alone",
        ],
    ),
    Row(
        3,
        "a consent is taken back as easily as given",
        &["E-CONSENT-REVOKED", "consent revoke"],
        &["consents::taking_a_part_back_leaves_the_rest_and_tells_what_was_sent"],
    ),
    Row(
        4,
        "a consent that lacks something is none",
        &["E-CONSENT-INCOMPLETE", "consent complete", "consent mark-false"],
        &["consents::each_missing_element_is_named_and_nothing_is_shared_under_the_draft"],
    ),
    Row(
        5,
        "it is not turned against the client",
        &["E-SPECIAL-PROCEEDING", "E-RECIP-ADVERSE"],
        &[
            "notices::what_its_sender_confirmed_stands_in_an_entry_of_its_own",
            "proceedings::a_consent_to_treatment_and_more_does_not_carry_substance_use_records_into_proceedings",
        ],
    ),
    Row(
        6,
        "family is nobody by itself, and nobody is confirmed",
        &["E-CONSENT-NONE", "inquiry add"],
        &[
            "scenarios::a_mother_gets_what_her_son_allowed_and_nothing_before",
            "inquiries::the_reply_is_the_same_to_the_byte_whoever_is_asked_after",
        ],
    ),
    Row(
        7,
        "who signs for a minor, and until when",
        &["E-CONSENT-SIGNATORY", "client representative"],
        &[
            "midnights::a_child_is_of_age_from_local_midnight_on",
            "consents::signing::who_signs_for_a_minor_is_for_the_minors_rule_to_say",
        ],
    ),
    Row(
        8,
        "the client has a copy",
        &["consent receipt", "consent form"],
        &["consents::pages::the_ledger_has_the_digest_of_the_copy_that_the_client_got"],
    ),
    Row(
        9,
        "judgement for safety, with every question answered",
        &["E-SAFETY-INCOMPLETE", "E-SAFETY-SERIOUS", "E-SAFETY-IMMINENT", "E-SAFETY-UNSURE", "safety disclose"],
        &[
            "safety::each_answer_that_does_not_carry_it_is_refused_by_its_own_reason_and_leaves_nothing_behind",
            "safety::the_words_go_out_with_every_answer_in_the_ledger_and_what_is_to_be_done",
        ],
    ),
    Row(
        10,
        "substance-use records in an emergency",
        &["E-SPECIAL-PART2-EMERGENCY", "safety disclose"],
        &["safety::what_falls_under_part_2_goes_to_medical_personnel_alone_and_asks_two_questions_more"],
    ),
    Row(
        11,
        "judgement is looked at again",
        &["E-REVIEW-SELF", "safety review", "followup list", "followup done"],
        &["safety::who_disclosed_does_not_review_where_somebody_else_can"],
    ),
    Row(
        12,
        "reports that the law asks for",
        &["E-SPECIAL-PART2-REPORT", "safety disclose"],
        &["safety::what_falls_under_part_2_goes_to_medical_personnel_alone_and_asks_two_questions_more"],
    ),
    Row(
        13,
        "agreements say what may and may not be shared",
        &["E-AGREE-NONE", "agreement add"],
        &["agreements::half_an_agreement_is_none_and_says_what_it_lacks"],
    ),
    Row(
        14,
        "and what a breach leads to",
        &["agreement add"],
        &["notices::whoever_promised_is_reminded_of_what_a_breach_leads_to"],
    ),
    Row(
        15,
        "from the outset",
        &["E-AGREE-EXPIRED", "client edit", "due", "check"],
        &[
            "agreements::an_agreement_holds_from_its_first_day_to_its_last",
            "agreements::a_session_before_anything_was_agreed_is_remarked_on",
            "due::each_class_is_absent_due_overdue_and_gone_when_its_command_was_run",
        ],
    ),
    Row(
        16,
        "understood, and not only signed",
        &["E-AGREE-UNDERSTOOD"],
        &["agreements::at_a_terminal_the_party_types_the_consequences_back"],
    ),
    Row(
        17,
        "each party bound alone, conflicts declared",
        &["E-RECIP-CONFLICT", "E-CONSENT-NONE", "share"],
        &[
            "notices::what_its_sender_confirmed_stands_in_an_entry_of_its_own",
            "forwarded::who_is_passed_a_package_is_no_recipient_of_it",
        ],
    ),
    Row(
        18,
        "sessions are held in private rooms",
        &["add", "concern open"],
        &[
            "concerns::a_session_where_others_could_hear_needs_a_reason_and_opens_a_concern",
            "groups::a_group_that_met_where_others_could_hear_needs_a_reason_and_is_held",
        ],
    ),
    Row(
        19,
        "what is told is disclosed",
        &["E-SETTING-PUBLIC", "disclose oral", "concern open"],
        &[
            "oral::what_is_told_is_decided_like_what_is_sent_and_needs_no_key",
            "oral::what_was_said_where_others_hear_is_no_disclosure_and_two_ways_lead_on",
        ],
    ),
    Row(
        20,
        "a screen is in a room too",
        &["E-SETTING-UNDECLARED", "E-SETTING-PUBLIC", "E-SETTING-RECORDED", "here", "lock", "unlock"],
        &[
            "rooms::content_is_drawn_in_a_private_room_alone_and_the_cure_is_one",
            "rooms::what_is_restricted_is_not_drawn_on_a_terminal_that_is_recorded",
            "rooms::a_real_terminal_without_a_room_with_a_public_one_and_with_one_that_is_over",
            "rooms::a_real_recorder_is_found",
            "scenarios::notes_are_not_typed_in_a_cafe_and_are_in_the_practice",
            "unlocked::an_unlocked_vault_is_found_until_its_time_is_over_or_it_is_locked",
            "unlocked::the_kernels_keyring_keeps_it_for_this_user_and_for_so_long",
        ],
    ),
    Row(
        21,
        "colleagues remind each other, without blame",
        &["nudge"],
        &["due::a_reminder_is_about_no_client_and_blames_nobody"],
    ),
    Row(
        22,
        "privacy is planned before a group meets",
        &["group plan", "group start", "E-AGREE-NONE"],
        &["groups::a_plan_tells_what_is_missing_and_calls_participants_by_their_slots"],
    ),
    Row(
        23,
        "nothing ends up where it should not",
        &["E-OUTPUT-VAULT", "E-OUTPUT-LINK", "E-OUTPUT-EXISTS", "show"],
        &[
            "places::each_kind_of_place_is_refused_by_its_reason_and_nothing_is_written",
            "sharing::a_place_that_is_not_safe_is_refused_and_the_vault_stays",
            "init::a_place_that_travels_is_refused_unless_it_is_meant",
        ],
    ),
    Row(
        24,
        "nothing is left lying around",
        &["sweep", "due"],
        &[
            "copies_in_clear::a_copy_stands_in_the_ledger_is_found_and_ends",
            "copies_in_clear::only_the_very_copy_is_wiped",
            "copies_in_clear::a_machine_knows_its_copies_under_the_next_ledger_and_no_others",
        ],
    ),
    Row(
        25,
        "no plain text by accident",
        &["show", "edit"],
        &[
            "places::a_file_that_others_read_gets_no_byte_of_a_redirect",
            "secrets::arguments_and_environment_of_a_running_program_tell_no_secret",
            "secrets::an_editor_gets_the_file_and_nothing_else",
            "secrets::no_core_is_dumped",
            "terminal/pager::a_text_is_paged_on_the_alternate_screen_and_nothing_of_it_stays",
            "copies_in_clear::what_was_not_written_is_said_to_be_gone_and_what_is_refused_is_no_entry",
        ],
    ),
    Row(
        28,
        "only who needs it",
        &["E-NEED-ROLE", "rules"],
        &["restrictions::a_receptionist_does_not_need_progress_notes"],
    ),
    Row(
        29,
        "not everyone, because they work there",
        &["E-RECIP-WILDCARD", "team add"],
        &[
            "teams::of_four_with_one_lapsed_training_three_get_it_and_only_when_that_is_said",
            "teams::a_team_is_no_person_and_not_everyone",
        ],
    ),
    Row(
        30,
        "looking is recorded",
        &["report access"],
        &[
            "reports/itself::who_looked_and_what_is_odd_about_it",
            "reports/itself::who_has_nothing_to_do_with_a_client_and_looks_is_named_and_so_is_who_looks_at_many",
        ],
    ),
    Row(
        31,
        "no more than is needed",
        &["E-MINIMUM", "excerpt"],
        &["excerpts::all_lines_are_the_whole_record_and_a_part_of_a_part_is_a_part"],
    ),
    Row(
        32,
        "those who leave",
        &["E-RECIP-SUSPENDED", "recipient suspend", "report outstanding", "followup done"],
        &[
            "leavers::whoever_leaves_gets_nothing_more_and_what_was_sent_is_named",
            "agreements::who_leaves_leaves_dead_consents_and_packages_behind",
        ],
    ),
    Row(
        33,
        "private talks before and after a group",
        &["group plan", "due"],
        &[
            "groups::talks_before_and_after_are_sessions_that_are_filed_and_never_shared_with_the_group",
            "family::a_family_meets_and_each_is_told_of_alone",
        ],
    ),
    Row(
        34,
        "each participant's part apart",
        &["group close", "share"],
        &[
            "groups::the_common_part_names_nobody_or_nothing_is_filed",
            "family::a_family_meets_and_each_is_told_of_alone",
        ],
    ),
    Row(
        35,
        "nobody else is named",
        &["E-THIRDPARTY", "share"],
        &[
            "third_parties::whoever_else_is_named_is_told_with_the_place",
            "groups::a_name_in_somebodys_own_part_holds_it_and_redacting_tells_of_a_participant",
        ],
    ),
    Row(
        36,
        "group members promise",
        &["E-AGREE-NONE", "group start"],
        &[
            "groups::nobody_attends_without_a_promise_and_the_cure_runs_as_it_is_printed",
            "groups::somebody_without_a_promise_attends_only_with_a_reason_that_is_recorded",
        ],
    ),
    Row(
        37,
        "concerns are heard and answered",
        &["E-CONCERN", "concern open", "concern resolve", "concern list"],
        &["concerns::an_open_concern_holds_what_it_names_and_no_more_until_it_is_answered"],
    ),
    Row(
        38,
        "limits that the client sets",
        &["E-RESTRICT", "E-RESTRICT-SELFPAY", "restrict add"],
        &["restrictions::what_the_client_paid_for_reaches_no_payer_and_nothing_overrides_it"],
    ),
    Row(
        39,
        "nobody is pressed",
        &["add"],
        &["concerns::what_is_offered_after_a_session_is_taken_by_enter_and_never_asked_elsewhere"],
    ),
    Row(
        40,
        "cues of discomfort",
        &["E-COMFORT", "add", "group close"],
        &[
            "groups::who_was_uneasy_is_left_in_peace_until_the_next_day",
            "concerns::what_is_offered_after_a_session_is_taken_by_enter_and_never_asked_elsewhere",
        ],
    ),
    Row(
        41,
        "a protocol with its three sections",
        &["protocol adopt", "protocol check"],
        &["protocol::what_is_no_protocol_is_refused_by_line_and_key"],
    ),
    Row(
        42,
        "training, and again when the protocol asks something new",
        &["E-TRAIN-EXPIRED", "E-TRAIN-PROTOCOL", "training add"],
        &[
            "protocol::a_material_change_is_acknowledged_before_anything_is_shared",
            "agreements::a_supervisor_gets_nothing_before_promise_and_training_are_in_order",
        ],
    ),
    Row(
        43,
        "reminders are computed",
        &["due"],
        &[
            "due::each_class_is_absent_due_overdue_and_gone_when_its_command_was_run",
            "due::a_line_names_ids_and_aliases_alone_and_the_calendar_not_even_these",
        ],
    ),
    Row(
        44,
        "a rule of the week",
        &["due", "nudge"],
        &["due::a_person_reads_a_rule_of_the_protocol_first_and_another_one_next_week"],
    ),
    Row(45, "each refusal says by which source", &["explain", "rules"], &["rules::every_source_is_where_it_says"]),
    Row(
        46,
        "rules refuse, and overrides are counted",
        &["report overrides"],
        &["reports/itself::the_practice_looks_at_itself"],
    ),
    Row(
        47,
        "plain words, and the name typed once more",
        &["share"],
        &[
            "scenarios::of_two_with_nearly_one_name_the_wrong_one_gets_nothing",
            "notices::the_page_says_what_why_for_whom_what_not_until_when_and_whom_to_call",
            "notices::it_is_one_page_however_long_the_names_and_the_promises_are",
        ],
    ),
];
