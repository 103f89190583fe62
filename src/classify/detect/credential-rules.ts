import type { KeywordRule } from './keyword.ts'

const rule = (id: string, near: string | readonly string[], pattern: string, entropy?: number): KeywordRule => ({
  id,
  near: typeof near === 'string' ? [near] : near,
  pattern,
  ...(entropy === undefined ? {} : { entropy }),
})

/** Keys and tokens that say by their form whose they are. The ids are those by which scanners of repositories know them. */
export const credentialRules: readonly KeywordRule[] = [
  rule('aws-access-token', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], '\\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\\b', 3),
  rule(
    'aws-secret-key',
    'aws',
    '(?i)aws.{0,40}(?:secret|key).{0,20}[^A-Za-z0-9/+=]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)',
    4,
  ),
  rule('gcp-api-key', 'AIza', '\\b(AIza[\\w-]{35})'),
  rule('google-oauth-secret', 'GOCSPX-', '(GOCSPX-[\\w-]{24,40})'),
  rule('google-oauth-token', 'ya29.', '\\b(ya29\\.[\\w-]{20,})'),
  rule('github-token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], '\\b(gh[pousr]_[A-Za-z0-9]{36,})\\b'),
  rule('github-fine-grained-pat', 'github_pat_', '\\b(github_pat_\\w{40,})'),
  rule('gitlab-token', ['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-'], '\\b(gl(?:pat|dt|rt|cbt|ptt)-[\\w.-]{20,64})'),
  rule(
    'slack-token',
    ['xoxa-', 'xoxb-', 'xoxe-', 'xoxe.', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'],
    '\\b(?i)(xox[abeoprs][.-][\\w.-]{10,}|xapp-\\d-[\\w-]{10,})',
  ),
  rule('slack-webhook-url', 'hooks.slack.com', '(hooks\\.slack\\.com/(?:services|workflows|triggers)/[\\w+/-]{20,80})'),
  rule(
    'stripe-access-token',
    ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'sk_prod_', 'rk_prod_'],
    '\\b((?:sk|rk)_(?:live|test|prod)_\\w{10,})',
  ),
  rule(
    'openai-api-key',
    ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'T3BlbkFJ'],
    '\\b(sk-(?:proj-|svcacct-|admin-)?[\\w-]{20,})',
    3.5,
  ),
  rule('anthropic-api-key', 'sk-ant-', '\\b(sk-ant-[\\w-]{20,})'),
  rule('generic-sk-key', 'sk-', '\\b(sk-[A-Za-z0-9]{32,64})\\b', 3.5),
  rule('twilio-api-key', 'twilio', '\\b((?:SK|AC)[0-9a-f]{32})\\b', 3),
  rule('sendgrid-api-token', 'SG.', '\\b(SG\\.[\\w-]{16,32}\\.[\\w-]{30,64})'),
  rule('mailgun-token', 'mailgun', '\\b((?:key|pubkey)-[0-9a-f]{32})\\b'),
  rule('npm-access-token', 'npm_', '\\b(npm_[A-Za-z0-9]{36})\\b'),
  rule('pypi-upload-token', 'pypi-AgE', '(pypi-AgE[\\w-]{50,})'),
  rule('docker-token', ['dckr_pat_', 'dckr_oat_'], '\\b(dckr_[po]at_[\\w-]{20,64})'),
  rule('digitalocean-token', ['dop_v1_', 'doo_v1_', 'dor_v1_'], '\\b(do[opr]_v1_[0-9a-f]{64})\\b'),
  rule('huggingface-token', ['hf_', 'api_org_'], '\\b((?:hf|api_org)_[A-Za-z]{34,40})\\b'),
  rule('databricks-token', 'dapi', '\\b(dapi[0-9a-f]{32}(?:-\\d)?)\\b', 3),
  rule('azure-storage-key', 'AccountKey=', 'AccountKey=([A-Za-z0-9+/]{86}==)'),
  rule('azure-sas', 'sig=', '[?&]sig=([A-Za-z0-9%/+=]{40,80})'),
  rule('azure-client-secret', 'Q~', '\\b([\\w.~-]{3}\\dQ~[\\w.~-]{31,34})'),
  rule('heroku-api-key', 'HRKU-', '\\b(HRKU-[\\w-]{30,70})'),
  rule('shopify-token', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], '\\b(shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32})\\b'),
  rule('square-token', ['sq0atp-', 'sq0csp-', 'EAAA'], '\\b(sq0(?:atp|csp)-[\\w-]{22,60}|EAAA[\\w-]{60})'),
  rule('telegram-bot-token', ['telegram', 'bot', ':AA'], '\\b(\\d{8,10}:AA[\\w-]{33})\\b'),
  rule('discord-webhook', 'discord', '(discord(?:app)?\\.com/api/webhooks/\\d{17,20}/[\\w-]{60,80})'),
  rule('hashicorp-tf-token', 'atlasv1', '\\b([A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{60,70})'),
  rule('vault-token', ['hvs.', 'hvb.', 'hvr.'], '\\b(hv[sbr]\\.[\\w-]{24,})'),
  rule('atlassian-api-token', ['ATATT3', 'ATCTT3'], '\\b(AT[AC]TT3[\\w=-]{60,})'),
  rule('linear-api-key', 'lin_api_', '\\b(lin_api_[A-Za-z0-9]{40})\\b'),
  rule('notion-token', ['ntn_', 'secret_'], '\\b(ntn_[A-Za-z0-9]{40,50}|secret_[A-Za-z0-9]{43})\\b'),
  rule('figma-token', 'figd_', '\\b(figd_[\\w-]{38,48})'),
  rule('grafana-token', ['glsa_', 'glc_'], '\\b(glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_[A-Za-z0-9+/]{32,}={0,2})'),
  rule('new-relic-key', ['NRAK-', 'NRII-', 'NRJS-'], '\\b(NR(?:AK|II|JS)-[\\w-]{19,40})'),
  rule(
    'doppler-token',
    ['dp.pt.', 'dp.st.', 'dp.ct.'],
    '\\b(dp\\.[a-z]{2}\\.(?:[a-z0-9_-]{2,40}\\.)?[A-Za-z0-9]{40,44})\\b',
  ),
  rule('planetscale-token', 'pscale_', '\\b(pscale_(?:tkn|oauth|pw)_[\\w=.-]{32,64})'),
  rule('postman-api-token', 'PMAK-', '\\b(PMAK-[0-9a-f]{24}-[0-9a-f]{34})\\b'),
  rule('sentry-token', ['sntrys_', 'sntryu_'], '\\b(sntry[su]_[\\w=+/]{40,})'),
  rule('age-secret-key', 'AGE-SECRET-KEY-1', '(?i)(AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58})'),
  rule('lockstep-key', 'lsk_', '\\b(lsk_[\\w-]{20,})'),
  rule('url-credentials', '://', '[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\\s:/?#@"\'<>]{1,64}:([^\\s/?#@"\'<>]{3,})@'),
  rule('authorization-basic', 'basic', '(?i)\\bbasic\\s+([A-Za-z0-9+/]{12,}={0,2})(?:[\\s"\',;]|$)', 3.2),
  rule('authorization-bearer', 'bearer', '(?i)\\bbearer\\s+([\\w.~+/-]{16,}=*)', 3),
]

const assigned = '[\\w .-]{0,20}["\'`]?\\s{0,3}(?::=|=>|[:=]|\\bis\\b)\\s{0,3}["\'`]?'

/** Values behind a word that announces a secret; only what looks drawn at random, or is no word. */
export const secretRules: readonly KeywordRule[] = [
  rule(
    'password',
    ['password', 'passwd', 'passphrase', 'pwd', 'passcode', 'contraseña', 'passwort', 'mot de passe'],
    `(?i)(?:password|passwd|passphrase|pwd|passcode|contraseña|passwort|mot de passe)${assigned}([^\\s"'\`,;<>{}$]{6,})`,
    2.3,
  ),
  rule(
    'generic-api-key',
    [
      'secret',
      'api_key',
      'api-key',
      'apikey',
      'api key',
      'access key',
      'access_key',
      'accesskey',
      'private key',
      'private_key',
      'token',
      'credential',
      'auth',
    ],
    `(?i)(?:secret|api[_ -]?key|access[_ -]?key|private[_ -]?key|token|credential|auth)${assigned}([\\w.=+/~!@#%^&*-]{12,})`,
    3.2,
  ),
].map((each) => ({ ...each, soon: /[:=]|\bis\b/ }))
