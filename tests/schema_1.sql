BEGIN TRANSACTION;
CREATE TABLE addresses (
	id INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "addresses" VALUES(1,'reader1@example.org');
INSERT INTO "addresses" VALUES(2,'reader2@example.org');
INSERT INTO "addresses" VALUES(3,'reader3@example.org');
CREATE TABLE batches (
	mailing INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	first INTEGER NOT NULL, 
	last INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	attempt TEXT, 
	progress INTEGER, 
	claimed TEXT, 
	settled TEXT, 
	provider_id TEXT, 
	detail TEXT, 
	PRIMARY KEY (mailing, number), 
	FOREIGN KEY(mailing) REFERENCES mailings (id)
)
 WITHOUT ROWID

;
INSERT INTO "batches" VALUES(1,1,1,2,'accepted',1,'run.1',NULL,'2020-08-14T12:00:00.000000+00:00','2020-08-14T13:00:00.000000+00:00','p1','');
INSERT INTO "batches" VALUES(1,2,3,3,'waiting',0,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE exceptions (
	mailing INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	outcome TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	PRIMARY KEY (mailing, number), 
	FOREIGN KEY(mailing) REFERENCES mailings (id)
)
 WITHOUT ROWID

;
CREATE TABLE exclusions (
	mailing INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (mailing, line), 
	FOREIGN KEY(mailing) REFERENCES mailings (id)
)
 WITHOUT ROWID

;
CREATE TABLE facts (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('schema_version','1');
INSERT INTO "facts" VALUES('database_id','c7e02945-4674-4975-8a05-e68a064dae0d');
INSERT INTO "facts" VALUES('newsletter','pprnet');
CREATE TABLE keys (
	fingerprint TEXT NOT NULL, 
	first_used TEXT NOT NULL, 
	PRIMARY KEY (fingerprint)
);
INSERT INTO "keys" VALUES('465d809dedaa2558','2020-08-14T12:00:00+00:00');
CREATE TABLE mailings (
	id INTEGER NOT NULL, 
	issue TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	sealed_sha256 TEXT NOT NULL, 
	key_fingerprint TEXT NOT NULL, 
	folder TEXT NOT NULL, 
	sealed TEXT NOT NULL, 
	suppressions_seen INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	ended TEXT, 
	stopped TEXT, 
	cancelled TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(sealed_sha256) REFERENCES sealed_mails (sha256), 
	FOREIGN KEY(key_fingerprint) REFERENCES keys (fingerprint)
);
INSERT INTO "mailings" VALUES(1,'2020-08','issue','sendgrid','a6952578085e3d701529999800255922de92a79bcbbfa547b78fad4139753fb1','465d809dedaa2558','','2020-08-14T12:00:00+00:00',0,3,'2020-08-14T13:00:00+00:00','',NULL);
CREATE TABLE recipients (
	mailing INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	address INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	PRIMARY KEY (mailing, number), 
	FOREIGN KEY(mailing) REFERENCES mailings (id), 
	FOREIGN KEY(address) REFERENCES addresses (id)
)
 WITHOUT ROWID

;
INSERT INTO "recipients" VALUES(1,1,1,'Reader 1');
INSERT INTO "recipients" VALUES(1,2,2,'Reader 2');
INSERT INTO "recipients" VALUES(1,3,3,'Reader 3');
CREATE TABLE resolutions (
	id INTEGER NOT NULL, 
	mailing INTEGER NOT NULL, 
	first INTEGER NOT NULL, 
	last INTEGER NOT NULL, 
	attempt TEXT NOT NULL, 
	word TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	recorded TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(mailing) REFERENCES mailings (id)
);
CREATE TABLE sealed_mails (
	sha256 TEXT NOT NULL, 
	content TEXT NOT NULL, 
	PRIMARY KEY (sha256)
);
INSERT INTO "sealed_mails" VALUES('a6952578085e3d701529999800255922de92a79bcbbfa547b78fad4139753fb1','{"archive_url":"https://blog.example.org/2020-08/","html":"<p>mail</p>","issue":"2020-08","language":"en","list_domain":"blog.example.org","newsletter_id":"pprnet","newsletter_title":"PPRNet Blog","reply_to":"editor@example.org","sender_address":"newsletter@example.org","sender_name":"PPRNet Blog","slugs":{"1-doe.md":"does-therapy-help"},"subject":"August 2020","text":"mail","unsubscribe_mailto":"unsubscribe@example.org","unsubscribe_owner":"service","unsubscribe_service_url":"https://lists.example.org"}');
CREATE TABLE suppressions (
	id INTEGER NOT NULL, 
	address_hash BLOB NOT NULL, 
	key_fingerprint TEXT NOT NULL, 
	source TEXT NOT NULL, 
	recorded TEXT NOT NULL, 
	lifted TEXT, 
	lifted_reason TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (address_hash)
);
CREATE TABLE test_mails (
	issue TEXT NOT NULL, 
	sealed_sha256 TEXT NOT NULL, 
	sent TEXT NOT NULL, 
	PRIMARY KEY (issue)
);
CREATE INDEX mailings_by_issue ON mailings (issue);
CREATE UNIQUE INDEX addresses_by_address ON addresses (address);
COMMIT;
