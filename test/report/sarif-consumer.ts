/**
 * What those who read our SARIF demand of it, as a JSON Schema of our own: the parts of SARIF 2.1.0 that we write (section numbers are
 * those of the standard), and what GitHub's code scanning adds. Members that we do not write are refused, so that a new one is looked
 * up before it is added here.
 */

const text = { type: 'string', minLength: 1 }
const index = { type: 'integer', minimum: 0 }
const bag = { type: 'object' }
const level = { enum: ['none', 'note', 'warning', 'error'] }
/** Code scanning cuts what is longer. */
const short = { ...message(), properties: { text: { ...text, maxLength: 1024 } } }
const severity = { type: 'string', pattern: '^(10\\.0|\\d\\.\\d)$' }
const utc = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' }
/** Relative to the checkout: no scheme, no root, no way up, nothing unescaped. */
const relativeUri = {
  type: 'string',
  pattern: "^(?!\\.\\.?/)[A-Za-z0-9._~%!$&'()*+,;=@-]+(/[A-Za-z0-9._~%!$&'()*+,;=@-]+)*$",
}

/** 3.11 */
function message(): Readonly<Record<string, unknown>> {
  return closed({ text }, ['text'])
}

function closed(
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  return { type: 'object', properties, required, additionalProperties: false }
}

function list(items: unknown, bounds: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { type: 'array', items, ...bounds }
}

/** 3.29 and 3.30 */
const physicalLocation = closed(
  {
    artifactLocation: closed({ uri: relativeUri }, ['uri']),
    region: closed({ startLine: { type: 'integer', minimum: 1 }, startColumn: { type: 'integer', minimum: 1 } }, [
      'startLine',
    ]),
  },
  ['artifactLocation', 'region'],
)

/** 3.33 */
const logicalLocations = list(
  closed({ name: text, fullyQualifiedName: text, kind: { enum: ['function', 'property'] } }, ['name']),
)

/** 3.28 */
const location = closed({ message: message(), physicalLocation, logicalLocations }, ['physicalLocation'])

const headers = { type: 'object', additionalProperties: { type: 'string' } }
const body = closed({ text: { type: 'string' } }, ['text'])

/** 3.46 and 3.47 */
const web = {
  webRequest: closed({
    protocol: { enum: ['http', 'https'] },
    version: text,
    target: { type: 'string', format: 'uri' },
    method: { type: 'string', pattern: '^[A-Z]+$' },
    headers,
    body,
  }),
  webResponse: closed({
    statusCode: { type: 'integer', minimum: 100, maximum: 599 },
    headers,
    body,
    noResponseReceived: { type: 'boolean' },
  }),
}

/** 3.52 to 3.54 */
const relationship = closed(
  {
    target: closed({ id: text, index, toolComponent: closed({ name: text, index }, ['name']) }, [
      'id',
      'toolComponent',
    ]),
    kinds: list({ enum: ['superset', 'relevant'] }, { minItems: 1, uniqueItems: true }),
  },
  ['target'],
)

/** 3.49 */
const rule = closed(
  {
    id: { ...text, maxLength: 255 },
    name: { ...text, maxLength: 255 },
    shortDescription: short,
    fullDescription: short,
    help: message(),
    defaultConfiguration: closed({ level }),
    relationships: list(relationship, { uniqueItems: true }),
    properties: closed(
      {
        tags: list(text, { maxItems: 20, uniqueItems: true, contains: { const: 'security' } }),
        'security-severity': severity,
        precision: { enum: ['very-high', 'high', 'medium', 'low'] },
      },
      ['tags', 'security-severity', 'precision'],
    ),
  },
  ['id', 'shortDescription', 'fullDescription', 'help', 'defaultConfiguration', 'properties'],
)

/** 3.36 to 3.38 */
const codeFlow = closed(
  {
    message: message(),
    threadFlows: list(
      closed(
        {
          locations: list(
            closed(
              {
                executionOrder: index,
                importance: { enum: ['important', 'essential', 'unimportant'] },
                location,
                ...web,
              },
              ['location'],
            ),
            { minItems: 1, maxItems: 10_000 },
          ),
        },
        ['locations'],
      ),
      { minItems: 1 },
    ),
  },
  ['threadFlows'],
)

/** 3.27 */
const result = closed(
  {
    ruleId: text,
    ruleIndex: index,
    kind: { const: 'fail' },
    level,
    message: message(),
    locations: list(location, { minItems: 1, maxItems: 1000 }),
    partialFingerprints: {
      type: 'object',
      additionalProperties: text,
      properties: { primaryLocationLineHash: { type: 'string', pattern: '^[0-9a-f]+:\\d+$' } },
      required: ['primaryLocationLineHash'],
    },
    codeFlows: list(codeFlow),
    baselineState: { enum: ['new', 'unchanged', 'updated', 'absent'] },
    suppressions: list(
      closed(
        {
          kind: { enum: ['inSource', 'external'] },
          status: { enum: ['accepted', 'underReview', 'rejected'] },
          justification: text,
        },
        ['kind'],
      ),
    ),
    properties: bag,
    ...web,
  },
  ['ruleId', 'ruleIndex', 'message', 'locations', 'partialFingerprints'],
)

/** 3.19, as a taxonomy */
const taxonomy = closed(
  {
    name: text,
    fullName: text,
    version: text,
    informationUri: { type: 'string', format: 'uri' },
    isComprehensive: { type: 'boolean' },
    taxa: list(closed({ id: text, shortDescription: message() }, ['id']), { uniqueItems: true }),
  },
  ['name'],
)

/** 3.20 */
const invocation = closed(
  {
    executionSuccessful: { type: 'boolean' },
    startTimeUtc: utc,
    endTimeUtc: utc,
    toolExecutionNotifications: list(closed({ level, message: message() }, ['message'])),
  },
  ['executionSuccessful'],
)

/** 3.14 */
const run = closed(
  {
    tool: closed(
      {
        driver: closed(
          {
            name: text,
            // https://semver.org, which 3.19.12 asks for
            semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
            rules: list(rule, { uniqueItems: true }),
            supportedTaxonomies: list(closed({ name: text, index }, ['name']), { uniqueItems: true }),
          },
          ['name', 'rules'],
        ),
      },
      ['driver'],
    ),
    // 3.17.3: what stands before the last slash is the category of the run.
    automationDetails: closed({ id: { type: 'string', pattern: '^[^/]+(/[^/]+)*/$' } }, ['id']),
    invocations: list(invocation, { minItems: 1, maxItems: 1 }),
    taxonomies: list(taxonomy, { uniqueItems: true }),
    // Code scanning takes no more of a run.
    results: list(result, { maxItems: 25_000 }),
    columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
  },
  ['tool', 'results', 'columnKind', 'automationDetails'],
)

/** The whole log: 3.13. */
export const consumerSchema: Readonly<Record<string, unknown>> = closed(
  {
    $schema: { type: 'string', format: 'uri' },
    version: { const: '2.1.0' },
    runs: list(run, { minItems: 1, maxItems: 20 }),
  },
  ['version', 'runs'],
)
