-- Keys, then what reports over a period look for, then the referring sides of foreign keys.

ALTER TABLE projects ADD PRIMARY KEY (id);
ALTER TABLE characters ADD PRIMARY KEY (id);
ALTER TABLE scenes ADD PRIMARY KEY (id);
ALTER TABLE workers ADD PRIMARY KEY (id);
ALTER TABLE generation_jobs ADD PRIMARY KEY (id);
ALTER TABLE qa_checks ADD PRIMARY KEY (id);
ALTER TABLE workflow_changes ADD PRIMARY KEY (id);
ALTER TABLE reviews ADD PRIMARY KEY (id);
ALTER TABLE annotations ADD PRIMARY KEY (id);
ALTER TABLE usage_events ADD PRIMARY KEY (id);

CREATE INDEX characters_delivered ON characters (delivered_at, project_id);
CREATE INDEX characters_onboarded ON characters (onboarded_at);
CREATE INDEX jobs_finished ON generation_jobs (finished_at);
CREATE INDEX jobs_unfinished ON generation_jobs (queued_at) WHERE finished_at IS NULL;
CREATE INDEX qa_checks_checked ON qa_checks (checked_at);
CREATE INDEX reviews_decided ON reviews (decided_at);
CREATE INDEX usage_events_occurred ON usage_events (occurred_at);

CREATE INDEX scenes_of_character ON scenes (character_id);
CREATE INDEX jobs_of_scene ON generation_jobs (scene_id);
CREATE INDEX jobs_of_character ON generation_jobs (character_id);
CREATE INDEX jobs_of_worker ON generation_jobs (worker_id, started_at);
CREATE INDEX qa_checks_of_job ON qa_checks (job_id);
CREATE INDEX reviews_of_character ON reviews (character_id);
CREATE INDEX annotations_of_review ON annotations (review_id);

ALTER TABLE characters ADD FOREIGN KEY (project_id) REFERENCES projects (id);
ALTER TABLE scenes
    ADD FOREIGN KEY (project_id) REFERENCES projects (id),
    ADD FOREIGN KEY (character_id) REFERENCES characters (id);
ALTER TABLE generation_jobs
    ADD FOREIGN KEY (scene_id) REFERENCES scenes (id),
    ADD FOREIGN KEY (character_id) REFERENCES characters (id),
    ADD FOREIGN KEY (worker_id) REFERENCES workers (id);
ALTER TABLE qa_checks ADD FOREIGN KEY (job_id) REFERENCES generation_jobs (id);
ALTER TABLE reviews ADD FOREIGN KEY (character_id) REFERENCES characters (id);
ALTER TABLE annotations ADD FOREIGN KEY (review_id) REFERENCES reviews (id);
