import type { Row } from './class.ts'

/** What a proven abuse of agents is called. */
export const agentClassIds = [
  'delegation-exceeded',
  'tool-outside-workflow',
  'value-injected',
  'prompt-injection',
  'memory-poisoned',
  'data-leaked',
  'tool-changed',
  'tool-poisoned',
] as const

/** The same format as in `class.ts`. */
export const agentRows: Readonly<Record<(typeof agentClassIds)[number], Row>> = {
  'delegation-exceeded': [
    'Delegated authority exceeded',
    'high',
    'An agent did for somebody what they may not do, or what it was not given.',
    'bla 6; api 5; asi 3; cwe 863 441; capec 122 233',
  ],
  'tool-outside-workflow': [
    'Tool outside the workflow',
    'high',
    'An agent used an operation that is not part of its work.',
    'bla 6; asi 2 3; cwe 862 863; capec 122',
  ],
  'value-injected': [
    'Argument chosen by untrusted content',
    'critical',
    'Content that anybody can write chose whom or what an agent acted on.',
    'bla 7; api 3; asi 1 2; cwe 1427 441; capec 77',
  ],
  'prompt-injection': [
    'Agent steered by what it read',
    'high',
    'An agent followed an instruction that stood in the answer of a tool.',
    'asi 1 2; cwe 1427 441',
  ],
  'memory-poisoned': [
    'Memory poisoned',
    'high',
    'What untrusted content wrote into the memory of an agent steered a later run.',
    'asi 6; cwe 349',
  ],
  'data-leaked': [
    'Data sent where it may not go',
    'high',
    'Data of a class left by a way that is closed to it.',
    'bla 5; api 3; asi 2 1; cwe 201 359; capec 116',
  ],
  'tool-changed': [
    'Changed tool',
    'high',
    'A tool is described in another way than when it was approved, and can be used all the same.',
    'asi 4; cwe 494 829 1357; capec 184',
  ],
  'tool-poisoned': [
    'Poisoned tool description',
    'high',
    'The description of a tool gives orders to whoever reads it, or hides something.',
    'asi 4 1; cwe 1427 829; capec 184',
  ],
}
