/** The style of the HTML report. Every text colour has a contrast of at least 4.5 on its background (WCAG 2.2 AA), light and dark. */
export const htmlStyle: string = `
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b2230;--soft:#566074;--line:#dce1e9;--code:#f1f3f7;--link:#1f5fbf;
--critical:#9b1225;--critical-bg:#fde8ea;--high:#a63a00;--high-bg:#fdecdf;--medium:#6b3fa0;--medium-bg:#f1e9fb;--low:#1f5fbf;--low-bg:#e6effc;
--held:#1b6b3f;--held-bg:#dff3e7;--missed:#5b6272;--missed-bg:#e8ebf0;--old:#9b1225;--new:#1b6b3f}
@media(prefers-color-scheme:dark){:root{--page:#0e1218;--card:#161c25;--ink:#e6ebf3;--soft:#a3aec0;--line:#2a3341;--code:#10161e;--link:#8ab8ff;
--critical:#ff9aa5;--critical-bg:#45141b;--high:#ffb285;--high-bg:#43230f;--medium:#d2b4ff;--medium-bg:#2f2146;--low:#9cc3ff;--low-bg:#172b4a;
--held:#86d7a6;--held-bg:#12321f;--missed:#b3bccb;--missed-bg:#262e3a;--old:#ff9aa5;--new:#86d7a6}}
*{box-sizing:border-box}html{scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 24px}
h1,h2,h3{line-height:1.25;margin:0;text-wrap:balance}h1{font-size:30px;letter-spacing:-.02em}h2{font-size:21px;letter-spacing:-.01em;margin:44px 0 14px}h3{font-size:19px}
a{color:var(--link)}code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.86em}
code{overflow-wrap:anywhere}p{margin:8px 0}
header{padding-top:40px}.brand{font-weight:700;letter-spacing:.02em;color:var(--soft);font-size:14px}.brand::before{content:"";display:inline-block;width:.62em;height:.62em;border-radius:3px;background:var(--link);margin-right:.5em}
.lead{color:var(--soft);margin:6px 0 22px}.notice{background:var(--medium-bg);color:var(--medium);border-radius:10px;padding:10px 14px;margin:12px 0}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0}
.numbers div{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px}
.numbers dt{color:var(--soft);font-size:13.5px}.numbers dd{margin:0;font-size:26px;font-weight:680;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.bad dd{color:var(--critical)}.good dd{color:var(--held)}.bar{display:flex;height:8px;border-radius:4px;overflow:hidden;margin:14px 0 0;background:var(--line)}
.bar span{display:block}.bar .proven{background:#d23a4b}.bar .held{background:#3f9c68}
.badge{display:inline-block;border-radius:6px;padding:2px 9px;font-size:12.5px;font-weight:680;white-space:nowrap}
.critical{color:var(--critical);background:var(--critical-bg)}.high{color:var(--high);background:var(--high-bg)}.medium{color:var(--medium);background:var(--medium-bg)}.low{color:var(--low);background:var(--low-bg)}
.plain{color:var(--missed);background:var(--missed-bg)}
.list{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:12px;background:var(--card);overflow:hidden}
.list li{display:grid;grid-template-columns:86px 1fr auto;gap:12px;align-items:baseline;padding:11px 16px}.list li+li{border-top:1px solid var(--line)}
.list a{color:var(--ink);font-weight:600;text-decoration:none}.list a:hover{text-decoration:underline}.list code{color:var(--soft)}
.finding{background:var(--card);border:1px solid var(--line);border-radius:14px;margin:18px 0;padding:22px 24px;scroll-margin-top:16px}
.finding>header{all:unset;display:block}.tags{display:flex;flex-wrap:wrap;gap:8px;margin:10px 0 0;align-items:center}.sentence{font-size:17.5px;margin:16px 0 4px}.why{color:var(--soft);margin:0 0 4px}
.steps{list-style:none;margin:16px 0;padding:0;border-left:2px solid var(--line)}
.steps>li{position:relative;padding:2px 0 2px 20px;margin:6px 0}.steps>li::before{content:"";position:absolute;left:-6px;top:9px;width:10px;height:10px;border-radius:50%;background:var(--card);border:2px solid var(--soft)}
.steps>li.abuse::before{background:#d23a4b;border-color:#d23a4b}.steps>li.abuse>details>summary{font-weight:650}.steps>li.observe{color:var(--soft)}
summary{cursor:pointer;border-radius:6px}summary:focus-visible,a:focus-visible,label:focus-within{outline:3px solid var(--link);outline-offset:2px}
.who{font-weight:650;margin-right:8px}.status{font-variant-numeric:tabular-nums;font-weight:650}.took{color:var(--critical);font-weight:650;font-size:13.5px;margin-left:6px;white-space:nowrap}
pre{background:var(--code);color:var(--ink);border:1px solid var(--line);border-radius:10px;padding:12px 14px;margin:8px 0;overflow:auto;max-height:420px;line-height:1.5}
.label{color:var(--soft);font-size:13px;margin:10px 0 0}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:8px 12px;border-bottom:1px solid var(--line);vertical-align:top}th{font-size:13px;color:var(--soft);font-weight:600}
.before{color:var(--old)}.after{color:var(--new);font-weight:650}.after.wrong{color:var(--old)}
.facts{display:grid;grid-template-columns:72px 1fr;gap:8px 14px;margin:16px 0 10px}.facts dt{color:var(--soft);font-size:14px;padding-top:2px}.facts dd{margin:0}
.more{display:flex;flex-direction:column;gap:8px;margin-top:12px}.more>details>summary{color:var(--link);font-weight:600;width:fit-content}
.filter{display:flex;flex-wrap:wrap;gap:8px;border:0;padding:0;margin:0 0 14px}.filter label{border:1px solid var(--line);border-radius:999px;background:var(--card);padding:4px 14px;font-size:14px;cursor:pointer}
.filter input{position:absolute;opacity:0}.filter label:has(:checked){background:var(--ink);color:var(--page);border-color:var(--ink)}
main:has(#only-critical:checked) .item:not(.is-critical),main:has(#only-high:checked) .item:not(.is-high),main:has(#only-medium:checked) .item:not(.is-medium),main:has(#only-low:checked) .item:not(.is-low){display:none}
.drawings{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:16px}.drawings figure{margin:0;border:1px solid var(--line);border-radius:14px;overflow:auto;background:#fff;text-align:center}
.drawings img{max-width:100%;height:auto}@media(prefers-color-scheme:dark){.drawings figure{background:#11151c}}
.matrix{border:1px solid var(--line);border-radius:14px;background:var(--card)}.matrix th[scope=row]{font-weight:600;color:var(--ink);white-space:nowrap;position:sticky;left:0;background:var(--card)}.matrix tr:last-child>*{border-bottom:0}
.matrix td{white-space:nowrap}.cell{display:inline-grid;place-items:center;width:24px;height:24px;border-radius:6px;font-weight:700;font-size:14px;margin:0 3px 3px 0;cursor:help}
.cell.proven{color:var(--critical);background:var(--critical-bg);outline:1.5px solid var(--critical)}.cell.held{color:var(--held);background:var(--held-bg)}.cell.not-reached{color:var(--missed);background:var(--missed-bg)}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;color:var(--soft);font-size:14px;margin:0 0 12px}.legend .cell{margin:0 6px 0 0;cursor:default}
.reasons{padding-left:20px}.reasons li{margin:4px 0}footer{color:var(--soft);font-size:13.5px;padding-top:32px;padding-bottom:40px}
@media(max-width:620px){main,header,footer{padding-left:14px;padding-right:14px}.finding{padding:16px 14px}.list li{grid-template-columns:1fr;gap:4px}.list .badge{justify-self:start}.numbers{grid-template-columns:1fr 1fr}h1{font-size:25px}.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:8px}}
@media print{:root{color-scheme:light}body{background:#fff;font-size:11pt}.filter{display:none}.finding{break-inside:auto;border-color:#bbb}.finding h3,.finding>header,table,figure{break-inside:avoid}pre{max-height:none;white-space:pre-wrap;overflow-wrap:anywhere}details::details-content{content-visibility:visible;height:auto;display:block}}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
`.trim()
