/** The style sheet: light and dark by the reader's preference, or by the switch, which works without scripts; and print. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;--soft:#f6f8fa;--link:#0550ae;
--good:#116329;--bad:#a40e26;--open:#7d4e00;--g:#dafbe1;--r:#ffdce0;--y:#fff1c2;--b:#ddf4ff}
@media (prefers-color-scheme:dark){:root:not(:has(#light:checked)){--bg:#0d1117;--fg:#e6edf3;--dim:#9da7b3;--line:#30363d;--soft:#161b22;--link:#79b8ff;
--good:#56d364;--bad:#ff9a94;--open:#e3b341;--g:#12361f;--r:#4d1c1f;--y:#3d2e00;--b:#0c2d4a}}
:root:has(#dark:checked){color-scheme:dark;--bg:#0d1117;--fg:#e6edf3;--dim:#9da7b3;--line:#30363d;--soft:#161b22;--link:#79b8ff;
--good:#56d364;--bad:#ff9a94;--open:#e3b341;--g:#12361f;--r:#4d1c1f;--y:#3d2e00;--b:#0c2d4a}
:root:has(#light:checked){color-scheme:light}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;max-width:76rem;padding:1.5rem;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.7rem;margin:0}h2{font-size:1.3rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.2rem}
h3{font-size:1.05rem;margin:1.2rem 0 .4rem}h4{font-size:.95rem;margin:1rem 0 .2rem}
a{color:var(--link)}code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,monospace}
pre{background:var(--soft);padding:.6rem .8rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;border-radius:6px}
header{display:flex;flex-wrap:wrap;gap:.5rem 2rem;align-items:baseline;justify-content:space-between}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;margin:.6rem 0;list-style:none}
fieldset{border:0;padding:0;margin:.5rem 0;display:flex;flex-wrap:wrap;gap:.3rem .6rem;align-items:center}
legend{float:left;padding:0;margin-right:.5rem;color:var(--dim)}
.lead{font-size:1.05rem}.note,small,caption{color:var(--dim);font-size:.87rem}
.missing{border-left:4px solid var(--open);background:var(--y);padding:.4rem .7rem}
.good{color:var(--good)}.bad{color:var(--bad)}.open{color:var(--open)}.same{color:var(--dim)}
.phases{display:grid;grid-template-columns:repeat(auto-fit,minmax(19rem,1fr));gap:0 1.5rem}
.steps{list-style:none;padding:0;margin:0}.steps li{padding:.15rem 0 .15rem 4.6rem}.steps small{display:block}
.steps b{float:left;margin-left:-4.6rem;font-weight:600}
.done b,.waived b{color:var(--good)}.failed b,.stale b{color:var(--bad)}.next b{color:var(--link)}.blocked b{color:var(--dim)}
.wide{overflow:auto;max-width:100%}.map{max-height:36rem;border:1px solid var(--line)}
table{border-collapse:collapse;margin:.3rem 0}th,td{padding:.2rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{background:var(--soft)}.map thead{position:sticky;top:0}
td details summary{cursor:pointer}
.heat{margin:0}.heat caption{text-align:left;padding:.2rem .6rem}.heat td,.heat thead th{text-align:center}.heat td{border:1px solid var(--bg);min-width:3rem}
.heat th[scope=row]{white-space:nowrap;font-weight:400}
.legend span{display:inline-block;padding:0 .5rem;border-radius:3px;margin-left:.6rem}.legend span:first-child{margin-left:0}
.r0,.d0{color:var(--dim)}.r1,.dsame{background:var(--g)}.r2,.dbad{background:var(--r)}.r3,.dnot{background:var(--y)}.dless{background:var(--b)}.dmore{background:var(--y)}
:root:has(#view-before:checked) #map-after,:root:has(#view-before:checked) #map-difference,:root:has(#view-after:checked) #map-before,:root:has(#view-after:checked) #map-difference,
:root:has(#view-difference:checked) #map-before,:root:has(#view-difference:checked) #map-after{display:none}
.search{margin-left:auto}input[type=search]{font:inherit;background:var(--bg);color:var(--fg);border:1px solid var(--dim);border-radius:4px;padding:.1rem .4rem}
.relation{border:1px solid var(--line);border-radius:6px;margin:.3rem 0;content-visibility:auto;contain-intrinsic-size:auto 2.4rem}
summary{cursor:pointer;padding:.3rem .6rem}.relation ul{margin:.2rem 0 .5rem}
ins{background:var(--g);text-decoration:underline}del{background:var(--r)}pre:target,.relation:target{outline:3px solid var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:1px}
.v-looser,.v-incomparable,.v-unknown,.v-vacuous{color:var(--open)}.v-always-errors{color:var(--bad)}.v-equivalent,.v-tighter{color:var(--good)}
.plot{width:100%;max-width:60rem;height:auto;font:11px system-ui,sans-serif}.plot text{fill:var(--fg)}.grid{stroke:var(--line)}
.bar,.dot,.is{fill:var(--link)}.line{fill:none;stroke:var(--link);stroke-width:1.5}.change{stroke:var(--open);stroke-dasharray:4 3}
.was{fill:var(--dim)}.faster{stroke:var(--good);fill:var(--good);stroke-width:2}.slower{stroke:var(--bad);fill:var(--bad);stroke-width:2}
.sort{white-space:nowrap;font:inherit;font-weight:600;background:none;border:0;padding:0;color:inherit;cursor:pointer}.sort::after{content:" ↕";color:var(--dim)}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}
tr[hidden],details[hidden]{display:none}
@media print{:root,:root:has(#dark:checked){color-scheme:light;--bg:#fff;--fg:#000;--dim:#444;--line:#bbb;--soft:#f4f4f4;--link:#033d8b;--good:#116329;--bad:#a40e26;--open:#7d4e00;--g:#dafbe1;--r:#ffdce0;--y:#fff1c2;--b:#ddf4ff}
body{max-width:none;padding:0;font-size:11px}nav,fieldset,.skip{display:none!important}.map{max-height:none;overflow:visible;border:0}.relation{content-visibility:visible}
#map-before,#map-after,#map-difference{display:block!important}h2,h3,summary{break-after:avoid}tr{break-inside:avoid}.missing{background:none}}
`;
