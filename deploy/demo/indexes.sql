-- Keys and what period reports search by. Made after the rows, which is faster.
ALTER TABLE characters ADD PRIMARY KEY (id), ADD FOREIGN KEY (project_id) REFERENCES projects;
ALTER TABLE scenes
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (character_id) REFERENCES characters,
    ADD FOREIGN KEY (project_id) REFERENCES projects;
ALTER TABLE generation_jobs
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (scene_id) REFERENCES scenes,
    ADD FOREIGN KEY (worker_id) REFERENCES workers;
ALTER TABLE qa_checks ADD PRIMARY KEY (id), ADD FOREIGN KEY (job_id) REFERENCES generation_jobs;
ALTER TABLE reviews ADD PRIMARY KEY (id), ADD FOREIGN KEY (scene_id) REFERENCES scenes;
ALTER TABLE annotations ADD PRIMARY KEY (id), ADD FOREIGN KEY (review_id) REFERENCES reviews;
ALTER TABLE usage_events ADD PRIMARY KEY (id);
CREATE INDEX ON characters (delivered_at) INCLUDE (project_id);
CREATE INDEX ON characters (onboarded_at);
CREATE INDEX ON scenes (character_id);
CREATE INDEX ON generation_jobs (finished_at);
CREATE INDEX ON generation_jobs (queued_at);
CREATE INDEX ON generation_jobs (scene_id);
CREATE INDEX ON qa_checks (checked_at);
CREATE INDEX ON qa_checks (job_id);
CREATE INDEX ON reviews (requested_at);
CREATE INDEX ON annotations (review_id);
CREATE INDEX ON usage_events (occurred_at);
