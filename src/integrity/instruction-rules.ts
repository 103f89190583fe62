import type { Severity, ToolFindingCode } from './finding.ts'

/** A way in which descriptions give orders to the model that reads them. */
export interface InstructionRule {
  readonly code: ToolFindingCode
  readonly severity: Severity
  /** Over plain text in one line, in any case; without nested or neighbouring unbounded repeats. */
  readonly pattern: RegExp
  readonly says: string
}

const rule = (code: ToolFindingCode, severity: Severity, says: string, pattern: RegExp): InstructionRule => ({
  code,
  severity,
  says,
  pattern,
})

const act =
  '(?:call|use|run|invoke|execute|read|open|fetch|access|send|forward|post|load|query|include|pass|append|add|check|consult|download|upload|halt|return|display|report|state|copy|list|search|write|store|save|get)'
const must =
  '(?:you (?:must|should|have to|shall|are required to)|must|always|make sure (?:to|you)|be sure to|please|it is (?:critical|important|essential|necessary|mandatory|required) (?:to|that you)|the (?:system|model|assistant|agent|ai) (?:must|should|automatically|requires?))'

/** What is looked for, as data. Own wording; families after what was published about poisoned tools. */
export const instructionRules: readonly InstructionRule[] = [
  rule(
    'overrides-instructions',
    'high',
    'it tells the model to disregard what it was told',
    /\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|override|bypass|skip|neglect)\b.{0,30}\b(?:previous|prior|earlier|above|other|all|any|user(?:'s|-specified)?|system|existing|safety|security)\b.{0,30}\b(?:instructions?|prompts?|rules?|guidelines?|polic(?:y|ies)|requests?|limits?|settings?|restrictions?|constraints?|checks?|input)\b/i,
  ),
  rule(
    'overrides-instructions',
    'high',
    'it puts itself above what the user asks for',
    /\b(?:regardless of|no matter|irrespective of|overriding|instead of)\b.{0,30}\b(?:the )?user(?:'s|s)?\b.{0,20}\b(?:input|requests?|says?|asks?|wants?|specif\w+|instructions?|choice|provided|original)?/i,
  ),
  rule(
    'overrides-instructions',
    'high',
    'it tells the model to disregard what it was told',
    /\b(?:ignora|ignore[zr]?|olvida|oublie[zr]?|vergiss|ignoriere?n?|dimentica|esque[cç]a|игнорируй(?:те)?|забудь(?:те)?)\b.{0,40}\b(?:instruc\w+|instruk\w+|anweisung\w*|istruzion\w*|consignes?|règles?|reglas?|regeln?|инструкци\w*|указани\w*)|忽略.{0,12}(?:指令|指示|说明|提示)|(?:以前|前|上記)の(?:指示|命令).{0,8}無視/iu,
  ),
  rule(
    'keeps-from-user',
    'high',
    'it wants something kept from the user',
    /\b(?:do not|don't|never|must not|should not|shouldn't|without|avoid|no need to|not to)\b.{0,20}\b(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|notif(?:y|ying)|reveal(?:ing)?|disclos(?:e|ing)|alert(?:ing)?|explain(?:ing)?|ask(?:ing)?|show(?:ing)?|let(?:ting)?)\b.{0,40}\b(?:users?|customers?|humans?|anyone|anybody|them|this (?:change|step|action|tool|fact|to)|the (?:change|step|redirect\w*|substitution|modification)|know)\b/i,
  ),
  rule(
    'keeps-from-user',
    'high',
    'it wants something done unseen',
    /\b(?:silently|secretly|covertly|quietly|in the background|behind the scenes|hidden from)\b.{0,60}\b(?:users?|send|forward|cop(?:y|ied)|read|call|add|include|append|change|modif\w+|execut\w+|run)\b/i,
  ),
  rule(
    'keeps-from-user',
    'high',
    'it wants something kept from the user',
    /\bno (?:le )?(?:digas|informes|menciones)\b|\bne (?:le )?(?:dis|dites|mentionne[sz]?)\b.{0,20}\b(?:pas|utilisateur)\b|\b(?:sag|erzähl|verrate|informiere)\w*\b.{0,30}\bnutzer\w*\b.{0,20}\bnicht\b|\bnon (?:dire|informare|menzionare)\b|\bnão (?:diga|informe|mencione)\b|не (?:говори|сообщай)\w*|不要(?:告诉|告知|提及)|(?:ユーザー|利用者)に.{0,10}(?:言わない|伝えない|知らせない)/iu,
  ),
  rule(
    'orders-other-action',
    'high',
    'it orders something else to be done before or after it is used',
    new RegExp(
      `\\b(?:before|after|prior to|when(?:ever)?|every time|each time|first)\\b.{0,160}\\b${must}\\b.{0,12}\\b${act}\\b`,
      'i',
    ),
  ),
  rule(
    'orders-other-action',
    'high',
    'it orders something else to be done before or after it is used',
    /\byou (?:must|should|have to|need to|shall|are required to)\b.{0,10}\b(?:first|also|then|additionally|immediately)\b/i,
  ),
  rule(
    'orders-other-action',
    'medium',
    'it orders something to be done',
    new RegExp(
      `\\b(?:you|the (?:assistant|agent|model|ai)) (?:must|should|need to|have to|shall|are required to)\\b.{0,40}\\b${act}\\b`,
      'i',
    ),
  ),
  rule(
    'orders-other-action',
    'high',
    'it tells the model what to say',
    /\b(?:display|present|show|report|state|announce|output|print|say|tell|add|include|append)\b.{0,40}(?:\b(?:message|statement|text|note|warning|following)\b|\bto the user\b).{0,20}[:'"“‘`].{12,}/i,
  ),
  rule(
    'addresses-model',
    'high',
    'it has a part that only the model is meant to read',
    /<\/?\s*(?:important|system|instructions?|secret|hidden|admin|assistant|critical|sys|override|prompt)\s*\/?>|\[(?:system|inst|\/inst|important|admin)\]|<\|[a-z_]{2,20}\|>|###\s*(?:system|instruction)/i,
  ),
  rule(
    'addresses-model',
    'medium',
    'it speaks to the model itself',
    /\b(?:(?:dear|hey|attention|note to|message (?:to|for)|instructions? (?:to|for)) (?:the )?(?:ai|llm|model|assistant|agent)s?\b|as an ai\b|you are (?:now )?(?:an? )?(?:ai|assistant|agent|llm)\b|(?:system prompt|hidden instruction))/i,
  ),
  rule(
    'false-authority',
    'medium',
    'it claims an authority that a description does not have',
    /\b(?:(?:critical|urgent|important|mandatory|system|security|internal|compliance|research|admin\w*|developer|dev|emergency)\s+){1,3}(?:update|alert|notice|protocol|requirement|maintenance|check|note|verification|validation|optimi[sz]ation|enhancement|override|announcement|instruction|mode|policy)\w*\s*:/i,
  ),
  rule(
    'false-authority',
    'medium',
    'it calls itself obligatory',
    /\b(?:this (?:step|check|action|operation|verification|security|is|audit|message|measure)?.{0,30}\b(?:is|are) (?:mandatory|required|compulsory|obligatory)|(?:mandatory|required) for (?:all|every)\b.{0,40}\b(?:requests?|users?|data|transactions?|access)\b|required for (?:regulatory|security|compliance)|for (?:regulatory|security|compliance|audit)\b.{0,30}\b(?:reasons|purposes|compliance))/i,
  ),
  rule(
    'touches-secrets',
    'high',
    'it names files or data that hold secrets',
    /(?:~|\$HOME|%USERPROFILE%|\/home\/\w+|\/root|\/Users\/\w+)[/\\]\.?\w|\bid_(?:rsa|ed25519|ecdsa)\b|\.(?:ssh|aws|gnupg|kube)[/\\]|(?<![\w.])\.(?:env|bashrc|zshrc|bash_history|netrc|npmrc|pgpass|git-credentials)\b|\/etc\/(?:passwd|shadow|sudoers|hosts)|\b(?:mcp|claude_desktop_config|credentials)\.json\b|\bprivate keys?\b.{0,30}\b(?:read|send|include|content)|\b(?:environment variables?|env vars?)\b.{0,40}\b(?:send|include|read|pass|print|dump)/i,
  ),
  rule(
    'runs-command',
    'high',
    'it has a command to be run',
    /\b(?:curl|wget|nc|ncat)\s+-?[-\w]*\s*['"]?(?:https?:|-|\w+\.\w)|\brm\s+-\w*[rf]|\bsudo\s+\S|\bchmod\s+[+\d]|\b(?:bash|sh|zsh|powershell|cmd)\s+(?:-c|-e|\/c|-enc)|\$\((?:\w|\s){2,}|&&\s*(?:echo|curl|rm|cat|sh)|\|\|\s*echo|\b(?:cat|type|less|head|tail)\s+[~/.$]\S|\beval\s*\(|\bbase64\s+-d|\bnpx\s+-?\w|\bpip3?\s+install\b/i,
  ),
  rule(
    'runs-command',
    'high',
    'it wants a command to be run',
    /\b(?:execute|run|issue)\b.{0,40}\b(?:command|script|check)s?\b\s*(?:to|before|:|first|for).{0,60}[:`'"]/i,
  ),
  rule(
    'sends-elsewhere',
    'high',
    'it wants data to be sent to an address of its own',
    /\b(?:sen[dt]|post(?:ed)?|forward(?:ed)?|upload(?:ed)?|submit(?:ted)?|report(?:ed)?|log(?:ged)?|transmit(?:ted)?|exfiltrate|cop(?:y|ied)|bcc|cc|deliver(?:ed)?|access|visit|verif(?:y|ied)|collect(?:ed)?|redirect(?:ed)?)\b.{0,90}(?:https?:\/\/\S+|\b[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]{2,}|\bwebhook\b)/i,
  ),
  rule(
    'sends-elsewhere',
    'high',
    'it wants data to be sent to an address of its own',
    /(?:https?:\/\/\S+|\b[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]{2,}).{0,60}\b(?:must|should|always)\b.{0,30}\b(?:receive|get|be (?:sent|copied|informed|notified))/i,
  ),
  rule(
    'changes-arguments',
    'high',
    'it wants arguments to be others than the user gave',
    /\b(?:change|replace|modify|alter|substitut\w+|swap|rewrite|redirect|convert|set|override|adjust)\w*\b.{0,50}\b(?:parameter|ticker|argument|value|recipient|destination|address|amount|query|request|input|location|origin|symbol|account|name|limit|coordinates|mode|interval|field)s?\b.{0,30}\b(?:to|with|as|into|by)\b\s*['"‘“`]/i,
  ),
  rule(
    'changes-arguments',
    'high',
    'it wants arguments to be others than the user gave',
    /\b(?:always|automatically|must|secretly|instead)\b.{0,30}\b(?:change|replace|modify|substitut\w+|swap|set|redirect|enable|append|convert)\b.{0,60}(?:\binstead\b|\bregardless\b|\brather than\b|['"‘“`][^'"’”`]{1,60}['"’”`])/i,
  ),
  rule(
    'changes-arguments',
    'high',
    'it redirects what was asked for to something else',
    /\b(?:automatically|system|tool|always)\b.{0,40}\b(?:redirects?|enables?|converts?|substitutes?|switch(?:es)?|rewrites?)\b.{0,120}\b(?:instead|regardless|named?|original)\b/i,
  ),
  rule(
    'speaks-for-tool',
    'medium',
    'it says that another tool is not to be used',
    /\b(?:disabled|unavailable|out of service|maintenance|vulnerabilit\w+|compromised|insecure|broken)\b.{0,120}\b(?:use|call|redirect|instead|switch|prefer)\b/i,
  ),
  rule(
    'speaks-for-tool',
    'low',
    'it says that another tool is not to be used',
    /\b(?:deprecated|obsolete|no longer (?:works|available|supported)|do not use|don't use|never use)\b.{0,120}\b(?:use|call|redirect|instead|switch|prefer)\b/i,
  ),
  rule(
    'speaks-for-tool',
    'high',
    'it wants to be used instead of other tools',
    /\b(?:always|must|only|prefer|choose|select|pick|prioriti[sz]e)\b.{0,30}\b(?:this|it)\b.{0,20}\b(?:tool|server|function)?\b.{0,20}\b(?:over|instead of|rather than|before|first|in preference)\b.{0,30}\b(?:other|any|all|tool|the)\b/i,
  ),
  rule(
    'takes-context',
    'high',
    'it wants what was said in the conversation',
    /\b(?:entire|full|whole|complete|all|previous|prior|current)\b.{0,20}\b(?:conversation|chat|message|prompt|dialogue|context|history|thread)s?\b.{0,40}|\b(?:conversation|chat|message) (?:history|transcript|log)\b|\bsystem prompt\b/i,
  ),
]

/** Names of arguments by which a tool takes what it has no business with. */
export const contextNames: RegExp =
  /^(?:conversation|conversation_?history|chat_?(?:history|log|context)|system_?prompt|full_?context|previous_?messages|all_?messages|side_?note|reasoning_?(?:log|trace)|thought_?(?:log|trace)|user_?prompt|original_?(?:prompt|request)|env(?:ironment)?_?(?:vars?|variables?|dump))$/i

/** Words of advertising: one is style, several are meant for a model that chooses. */
export const advertising: RegExp =
  /\b(?:world'?s? (?:best|leading|#1)|best(?:-in-class)?|(?:most|more) (?:advanced|reliable|accurate|powerful|comprehensive|sophisticated|trusted|secure|efficient)|fastest|ultimate|premium|superior|unmatched|unparalleled|industry[- ](?:leading|standard)|award[- ]winning|cutting[- ]edge|enterprise[- ]grade|professional(?:-grade)? version|advanced version|enhanced version|next[- ]gen\w*|state[- ]of[- ]the[- ]art|trusted by|used by \d+|recommended by|preferred by|fortune 500|guarantee[ds]?|pinnacle|better (?:performance|accuracy|results)|99(?:\.\d+)? ?%|100 ?%|ai-optimi[sz]ed|(?:enhanced|superior|improved) (?:security|performance|accuracy|functionality|capabilities|features|reliability))\b/gi
