import type { Db } from "../../src/db/port.ts";

/**
 * Every column of every table of pg_catalog, on PostgreSQL 15 to 18: those that a query of `src/inspect/queries` reads, and
 * those that decide nothing about who reaches what, each with the reason. A column that a later version adds is in neither.
 */
interface Columns {
  /** by itself, or by a function of PostgreSQL that prints it (pg_get_indexdef and the like) */
  read?: string;
  /** reason: columns */
  nothing?: Readonly<Record<string, string>>;
}

const ID = "the identity of the row in this database";
const STORAGE = "storage, statistics and upkeep";
const FOLLOWS = "follows from other columns";
const NOT_COVERED = "only a superuser reads it, or not before PostgreSQL 16: docs/proof.md names it as not covered";

/** By table; a text is the reason for all of its columns. */
export const CATALOG_COLUMNS: Readonly<Record<string, Columns | string>> = {
  pg_aggregate: {
    read: `aggfnoid aggkind aggnumdirectargs aggtransfn aggfinalfn aggcombinefn aggserialfn aggdeserialfn aggmtransfn
      aggminvtransfn aggmfinalfn aggfinalextra aggmfinalextra aggfinalmodify aggmfinalmodify aggsortop aggtranstype
      aggmtranstype agginitval aggminitval`,
    nothing: { [STORAGE]: "aggtransspace aggmtransspace" },
  },
  pg_am: { read: "amname amhandler amtype", nothing: { [ID]: "oid" } },
  pg_amop: {
    read: "amopfamily amopstrategy amopopr",
    nothing: { [ID]: "oid", [FOLLOWS]: "amoplefttype amoprighttype amopmethod amoppurpose amopsortfamily" },
  },
  pg_amproc: { read: "amprocfamily amproclefttype amprocrighttype amprocnum amproc", nothing: { [ID]: "oid" } },
  pg_attrdef: { read: "adrelid adnum adbin", nothing: { [ID]: "oid" } },
  pg_attribute: {
    read: `attrelid attname atttypid attnum atttypmod attnotnull attidentity attgenerated attisdropped attcollation
      attacl attfdwoptions`,
    nothing: {
      [FOLLOWS]: "attlen attbyval attalign atthasdef attndims attislocal attinhcount",
      [STORAGE]: "attstorage attcompression attstattarget attoptions attcacheoff",
      "the values of rows": "atthasmissing attmissingval",
    },
  },
  pg_auth_members: {
    read: "roleid member admin_option inherit_option set_option",
    nothing: { [ID]: "oid", "who may revoke it": "grantor" },
  },
  pg_authid: {
    read: `rolname rolsuper rolinherit rolcreaterole rolcreatedb rolcanlogin rolreplication rolbypassrls rolconnlimit
      rolvaliduntil`,
    nothing: { [ID]: "oid", [NOT_COVERED]: "rolpassword" },
  },
  pg_cast: { read: "castsource casttarget castfunc castcontext castmethod", nothing: { [ID]: "oid" } },
  pg_class: {
    read: `relname relnamespace reloftype relowner relam relpersistence relkind relrowsecurity relforcerowsecurity
      relispopulated relreplident relispartition relacl reloptions relpartbound`,
    nothing: {
      [ID]: "oid",
      [FOLLOWS]:
        "reltype relnatts relchecks relhasindex relhasrules relhastriggers relhassubclass relisshared relrewrite",
      [STORAGE]: `relfilenode reltablespace relpages reltuples relallvisible relallfrozen reltoastrelid relfrozenxid
        relminmxid`,
    },
  },
  pg_collation: {
    read: `collname collnamespace collowner collprovider collisdeterministic collencoding collcollate collctype
      colllocale colliculocale collicurules`,
    nothing: { [ID]: "oid", "the version of the library": "collversion" },
  },
  pg_constraint: {
    read: `conname connamespace contype condeferrable condeferred conenforced convalidated conrelid contypid conparentid
      confrelid confupdtype confdeltype confmatchtype coninhcount connoinherit conperiod conkey confkey confdelsetcols
      conexclop conbin`,
    nothing: { [ID]: "oid", [FOLLOWS]: "conindid conislocal conpfeqop conppeqop conffeqop" },
  },
  pg_conversion: {
    read: "conname connamespace conowner conforencoding contoencoding conproc condefault",
    nothing: { [ID]: "oid" },
  },
  pg_database: {
    read: "datname datdba encoding datlocprovider datistemplate datallowconn datconnlimit datcollate datctype datacl",
    nothing: {
      [ID]: "oid",
      [STORAGE]: "datfrozenxid datminmxid dattablespace",
      "the rules of the library for the locale": "datlocale daticulocale daticurules datcollversion",
      "follows from the event triggers": "dathasloginevt",
    },
  },
  pg_db_role_setting: { read: "setdatabase setrole setconfig" },
  pg_default_acl: { read: "defaclrole defaclnamespace defaclobjtype defaclacl", nothing: { [ID]: "oid" } },
  pg_depend: "what depends on what follows from the objects; that one is of an extension is read of each",
  pg_description: "comments",
  pg_enum: { read: "enumtypid enumsortorder enumlabel", nothing: { [ID]: "oid" } },
  pg_event_trigger: { read: "evtname evtevent evtowner evtfoid evtenabled evttags", nothing: { [ID]: "oid" } },
  pg_extension: {
    read: "extname extowner extnamespace extversion",
    nothing: { [ID]: "oid", "what pg_dump does with it": "extrelocatable extconfig extcondition" },
  },
  pg_foreign_data_wrapper: {
    read: "fdwname fdwhandler fdwvalidator fdwacl fdwoptions",
    nothing: { [ID]: "oid", "only a superuser can be the owner": "fdwowner" },
  },
  pg_foreign_server: {
    read: "srvname srvowner srvfdw srvtype srvversion srvacl srvoptions",
    nothing: { [ID]: "oid" },
  },
  pg_foreign_table: { read: "ftrelid ftserver ftoptions" },
  pg_index: {
    read: `indexrelid indrelid indnatts indnkeyatts indisunique indnullsnotdistinct indisprimary indimmediate indisvalid
      indisreplident indkey indcollation indclass indoption indexprs indpred`,
    nothing: { [FOLLOWS]: "indisexclusion", [STORAGE]: "indisclustered indcheckxmin indisready indislive" },
  },
  pg_inherits: {
    read: "inhrelid inhparent inhseqno",
    nothing: { "DETACH PARTITION CONCURRENTLY that was interrupted": "inhdetachpending" },
  },
  pg_init_privs: { read: "objoid classoid objsubid privtype initprivs" },
  pg_language: {
    read: "lanname lanowner lanispl lanpltrusted lanplcallfoid laninline lanvalidator lanacl",
    nothing: { [ID]: "oid" },
  },
  pg_largeobject: "rows",
  pg_largeobject_metadata: { read: "oid lomowner lomacl" },
  pg_namespace: { read: "nspname nspowner nspacl", nothing: { [ID]: "oid" } },
  pg_opclass: {
    read: "opcmethod opcname opcnamespace opcowner opcfamily opcintype opcdefault opckeytype",
    nothing: { [ID]: "oid" },
  },
  pg_operator: {
    read: `oprname oprnamespace oprowner oprkind oprcanmerge oprcanhash oprleft oprright oprcom oprnegate oprcode oprrest
      oprjoin`,
    nothing: { [ID]: "oid", [FOLLOWS]: "oprresult" },
  },
  pg_opfamily: { read: "opfmethod opfname opfnamespace opfowner", nothing: { [ID]: "oid" } },
  pg_parameter_acl: { read: "parname paracl", nothing: { [ID]: "oid" } },
  pg_partitioned_table: {
    read: "partrelid partstrat partnatts partattrs partclass partcollation partexprs",
    nothing: { [FOLLOWS]: "partdefid" },
  },
  pg_policy: { read: "polname polrelid polcmd polpermissive polroles polqual polwithcheck", nothing: { [ID]: "oid" } },
  pg_proc: {
    read: `proname pronamespace proowner prolang procost prorows prosupport prokind prosecdef proleakproof proisstrict
      proretset provolatile proparallel prorettype proargtypes proallargtypes proargmodes proargnames proargdefaults
      protrftypes prosrc probin prosqlbody proconfig proacl`,
    nothing: { [ID]: "oid", [FOLLOWS]: "provariadic pronargs pronargdefaults" },
  },
  pg_publication: {
    read: "pubname pubowner puballtables pubinsert pubupdate pubdelete pubtruncate pubviaroot pubgencols",
    nothing: { [ID]: "oid" },
  },
  pg_publication_namespace: { read: "pnpubid pnnspid", nothing: { [ID]: "oid" } },
  pg_publication_rel: { read: "prpubid prrelid prqual prattrs", nothing: { [ID]: "oid" } },
  pg_range: {
    read: "rngtypid rngsubtype rngcollation rngsubopc rngcanonical rngsubdiff",
    nothing: { [FOLLOWS]: "rngmultitypid" },
  },
  pg_replication_origin: "how far a replication came",
  pg_rewrite: {
    read: "rulename ev_class ev_type ev_enabled is_instead ev_qual ev_action",
    nothing: { [ID]: "oid" },
  },
  pg_seclabel: { read: "objoid classoid objsubid provider label" },
  pg_sequence: { read: "seqrelid seqtypid seqstart seqincrement seqmax seqmin seqcache seqcycle" },
  pg_shdepend: "what depends on what follows from the objects",
  pg_shdescription: "comments",
  pg_shseclabel: { read: "objoid classoid provider label" },
  pg_statistic:
    "statistics, which only a superuser reads; the views over it have privileges of their own, which are read",
  pg_statistic_ext: "statistics for the planner",
  pg_statistic_ext_data: "statistics, which only a superuser reads",
  pg_subscription: {
    read: "subdbid subname subowner subenabled subslotname subpublications",
    nothing: {
      [ID]: "oid",
      "how changes are sent and applied": `subskiplsn subbinary substream subtwophasestate subdisableonerr subfailover
        subsynccommit suborigin`,
      [NOT_COVERED]: "subconninfo subpasswordrequired subrunasowner",
    },
  },
  pg_subscription_rel: "how far a replication came",
  pg_tablespace: "storage",
  pg_transform: { read: "trftype trflang trffromsql trftosql", nothing: { [ID]: "oid" } },
  pg_trigger: {
    read: `tgrelid tgname tgfoid tgtype tgenabled tgisinternal tgconstraint tgdeferrable tginitdeferred tgnargs tgattr tgargs
      tgqual tgoldtable tgnewtable`,
    nothing: { [ID]: "oid", [FOLLOWS]: "tgparentid tgconstrrelid tgconstrindid" },
  },
  pg_ts_config: { read: "cfgname cfgnamespace cfgowner cfgparser", nothing: { [ID]: "oid" } },
  pg_ts_config_map: { read: "mapcfg maptokentype mapseqno mapdict" },
  pg_ts_dict: { read: "dictname dictnamespace dictowner dicttemplate dictinitoption", nothing: { [ID]: "oid" } },
  pg_ts_parser: {
    read: "prsname prsnamespace prsstart prstoken prsend prsheadline prslextype",
    nothing: { [ID]: "oid" },
  },
  pg_ts_template: { read: "tmplname tmplnamespace tmplinit tmpllexize", nothing: { [ID]: "oid" } },
  pg_type: {
    read: `typname typnamespace typowner typlen typbyval typtype typcategory typispreferred typdelim typsubscript typelem
      typinput typoutput typreceive typsend typmodin typmodout typanalyze typnotnull typbasetype typtypmod typcollation
      typdefault typacl`,
    nothing: {
      [ID]: "oid",
      [FOLLOWS]: "typisdefined typrelid typarray typndims typdefaultbin",
      [STORAGE]: "typalign typstorage",
    },
  },
  pg_user_mapping: { read: "umuser umserver umoptions", nothing: { [ID]: "oid" } },
};

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

/** Columns of the tables of pg_catalog that are not in the list. */
export async function unknownColumns(db: Db): Promise<string[]> {
  const rows = await db.query<{ relation: string; column: string }>(
    `select c.relname as relation, a.attname as column
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`,
  );
  if (rows.length < 400) throw new Error(`only ${rows.length} columns were found`);
  return rows.flatMap(({ relation, column }) => {
    const known = CATALOG_COLUMNS[relation];
    if (typeof known === "string") return [];
    const columns = [known?.read ?? "", ...Object.values(known?.nothing ?? {})].flatMap(words);
    return columns.includes(column) ? [] : [`${relation}.${column}`];
  });
}
