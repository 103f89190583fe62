/** A published list of weaknesses, threats or tests: its edition, and the titles of the entries by id. */
export interface Taxonomy {
  readonly title: string
  /** The edition the ids belong to; ids are never used without one. */
  readonly edition: string
  /** Where the list is published. */
  readonly address: string
  readonly entries: Readonly<Record<string, string>>
}

const numbered = (prefix: string, suffix: string, titles: readonly string[], digits = 1): Record<string, string> =>
  Object.fromEntries(
    titles.map((title, index) => [`${prefix}${String(index + 1).padStart(digits, '0')}${suffix}`, title]),
  )

/** OWASP Top 10 for Business Logic Abuse 2025. */
export const bla: Taxonomy = {
  title: 'OWASP Top 10 for Business Logic Abuse',
  edition: '2025',
  address: 'https://owasp.org/www-project-top-10-for-business-logic-abuse/',
  entries: numbered('BLA', ':2025', [
    'Lifecycle & Orphaned Transitions Flaws',
    'Logic Bomb, Loops and Halting Issues',
    'Data Type Smuggling',
    'Sequential State Bypass',
    'Data Oracle Exposure',
    'Missing Roles and Permission Checks',
    'Transition Validation Flaw',
    'Replays of Idempotency Operations',
    'Race Condition and Concurrency Issues',
    'Resource Quota Violations',
  ]),
}

/** OWASP API Security Top 10 2023. */
export const api: Taxonomy = {
  title: 'OWASP API Security Top 10',
  edition: '2023',
  address: 'https://owasp.org/API-Security/editions/2023/en/0x11-t10/',
  entries: numbered('API', ':2023', [
    'Broken Object Level Authorization',
    'Broken Authentication',
    'Broken Object Property Level Authorization',
    'Unrestricted Resource Consumption',
    'Broken Function Level Authorization',
    'Unrestricted Access to Sensitive Business Flows',
    'Server Side Request Forgery',
    'Security Misconfiguration',
    'Improper Inventory Management',
    'Unsafe Consumption of APIs',
  ]),
}

/** OWASP Top 10 for Agentic Applications 2026. */
export const asi: Taxonomy = {
  title: 'OWASP Top 10 for Agentic Applications',
  edition: '2026',
  address: 'https://genai.owasp.org/',
  entries: numbered(
    'ASI',
    ':2026',
    [
      'Agent Goal Hijack',
      'Tool Misuse and Exploitation',
      'Identity and Privilege Abuse',
      'Agentic Supply Chain Vulnerabilities',
      'Unexpected Code Execution',
      'Memory and Context Poisoning',
      'Insecure Inter-Agent Communication',
      'Cascading Failures',
      'Human-Agent Trust Exploitation',
      'Rogue Agents',
    ],
    2,
  ),
}

/** OWASP ASVS 5.0: the requirements about business logic. */
export const asvs: Taxonomy = {
  title: 'OWASP Application Security Verification Standard',
  edition: '5.0',
  address: 'https://owasp.org/www-project-application-security-verification-standard/',
  entries: {
    'ASVS-5.0 2.3.1': 'sequential steps, none skipped',
    'ASVS-5.0 2.3.2': 'business limits',
    'ASVS-5.0 2.3.3': 'all-or-nothing transactions',
    'ASVS-5.0 2.3.4': 'locks on limited stock',
    'ASVS-5.0 2.3.5': 'multi-user approval for high value',
    'ASVS-5.0 2.4.1': 'anti-automation',
    'ASVS-5.0 2.4.2': 'realistic human timing',
  },
}

/** OWASP Automated Threats to Web Applications. */
export const oat: Taxonomy = {
  title: 'OWASP Automated Threats to Web Applications',
  edition: '1.2',
  address: 'https://owasp.org/www-project-automated-threats-to-web-applications/',
  entries: {
    'OAT-005': 'Scalping',
    'OAT-006': 'Expediting',
    'OAT-010': 'Card Cracking',
    'OAT-011': 'Scraping',
    'OAT-012': 'Cashing Out',
    'OAT-013': 'Sniping',
    'OAT-016': 'Skewing',
    'OAT-019': 'Account Creation',
    'OAT-021': 'Denial of Inventory',
  },
}

/** OWASP Web Security Testing Guide: the business logic tests with an id used here. */
export const wstg: Taxonomy = {
  title: 'OWASP Web Security Testing Guide',
  edition: '4.2',
  address: 'https://owasp.org/www-project-web-security-testing-guide/v42/',
  entries: { 'WSTG-BUSL-05': 'use-count limits', 'WSTG-BUSL-06': 'workflow circumvention' },
}

/** CWE 4.15: those a finding may name, by MITRE's usage notes. Others are discouraged or prohibited for that. */
export const cwe: Taxonomy = {
  title: 'Common Weakness Enumeration',
  edition: '4.15',
  address: 'https://cwe.mitre.org/',
  entries: {
    'CWE-201': 'Insertion of Sensitive Information Into Sent Data',
    'CWE-213': 'Exposure of Sensitive Information Due to Incompatible Policies',
    'CWE-250': 'Execution with Unnecessary Privileges',
    'CWE-263': 'Password Aging with Long Expiration',
    'CWE-266': 'Incorrect Privilege Assignment',
    'CWE-288': 'Authentication Bypass Using an Alternate Path or Channel',
    'CWE-294': 'Authentication Bypass by Capture-replay',
    'CWE-306': 'Missing Authentication for Critical Function',
    'CWE-324': 'Use of a Key Past its Expiration Date',
    'CWE-349': 'Acceptance of Extraneous Untrusted Data With Trusted Data',
    'CWE-353': 'Missing Support for Integrity Check',
    'CWE-359': 'Exposure of Private Personal Information to an Unauthorized Actor',
    'CWE-362': "Concurrent Execution using Shared Resource with Improper Synchronization ('Race Condition')",
    'CWE-367': 'Time-of-check Time-of-use (TOCTOU) Race Condition',
    'CWE-424': 'Improper Protection of Alternate Path',
    'CWE-441': "Unintended Proxy or Intermediary ('Confused Deputy')",
    'CWE-471': 'Modification of Assumed-Immutable Data (MAID)',
    'CWE-472': 'External Control of Assumed-Immutable Web Parameter',
    'CWE-494': 'Download of Code Without Integrity Check',
    'CWE-522': 'Insufficiently Protected Credentials',
    'CWE-602': 'Client-Side Enforcement of Server-Side Security',
    'CWE-613': 'Insufficient Session Expiration',
    'CWE-639': 'Authorization Bypass Through User-Controlled Key',
    'CWE-642': 'External Control of Critical State Data',
    'CWE-653': 'Improper Isolation or Compartmentalization',
    'CWE-654': 'Reliance on a Single Factor in a Security Decision',
    'CWE-672': 'Operation on a Resource after Expiration or Release',
    'CWE-696': 'Incorrect Behavior Order',
    'CWE-705': 'Incorrect Control Flow Scoping',
    'CWE-732': 'Incorrect Permission Assignment for Critical Resource',
    'CWE-770': 'Allocation of Resources Without Limits or Throttling',
    'CWE-778': 'Insufficient Logging',
    'CWE-798': 'Use of Hard-coded Credentials',
    'CWE-799': 'Improper Control of Interaction Frequency',
    'CWE-829': 'Inclusion of Functionality from Untrusted Control Sphere',
    'CWE-837': 'Improper Enforcement of a Single, Unique Action',
    'CWE-841': 'Improper Enforcement of Behavioral Workflow',
    'CWE-862': 'Missing Authorization',
    'CWE-863': 'Incorrect Authorization',
    'CWE-915': 'Improperly Controlled Modification of Dynamically-Determined Object Attributes',
    'CWE-1220': 'Insufficient Granularity of Access Control',
    'CWE-1284': 'Improper Validation of Specified Quantity in Input',
    'CWE-1357': 'Reliance on Insufficiently Trustworthy Component',
    'CWE-1427': 'Improper Neutralization of Input Used for LLM Prompting',
  },
}

/** MITRE CAPEC: the attack patterns findings refer to. */
export const capec: Taxonomy = {
  title: 'Common Attack Pattern Enumeration and Classification',
  edition: '3.9',
  address: 'https://capec.mitre.org/',
  entries: {
    'CAPEC-1': 'Accessing Functionality Not Properly Constrained by ACLs',
    'CAPEC-22': 'Exploiting Trust in Client',
    'CAPEC-26': 'Leveraging Race Conditions',
    'CAPEC-29': 'TOCTOU',
    'CAPEC-39': 'Manipulating Opaque Client-based Data Tokens',
    'CAPEC-58': 'Restful Privilege Elevation',
    'CAPEC-60': 'Reusing Session IDs',
    'CAPEC-74': 'Manipulating State',
    'CAPEC-77': 'Manipulating User-Controlled Variables',
    'CAPEC-116': 'Excavation',
    'CAPEC-122': 'Privilege Abuse',
    'CAPEC-125': 'Flooding',
    'CAPEC-140': 'Bypassing of Intermediate Forms in Multiple-Form Sets',
    'CAPEC-153': 'Input Data Manipulation',
    'CAPEC-162': 'Manipulating Hidden Fields',
    'CAPEC-179': 'Calling Micro-Services Directly',
    'CAPEC-180': 'Incorrectly Configured Access Control',
    'CAPEC-184': 'Software Integrity Attack',
    'CAPEC-212': 'Functionality Misuse',
    'CAPEC-233': 'Privilege Escalation',
    'CAPEC-268': 'Audit Log Manipulation',
    'CAPEC-554': 'Functionality Bypass',
    'CAPEC-560': 'Use of Known Domain Credentials',
    'CAPEC-633': 'Token Impersonation',
  },
}

/** The lists by the name findings use for them. */
export const taxonomies: {
  readonly bla: Taxonomy
  readonly api: Taxonomy
  readonly asi: Taxonomy
  readonly cwe: Taxonomy
  readonly capec: Taxonomy
  readonly asvs: Taxonomy
  readonly oat: Taxonomy
  readonly wstg: Taxonomy
} = { bla, api, asi, cwe, capec, asvs, oat, wstg }
