namespace Mimir.Models.Tests.Templates;

/// <summary>Small templates, one or a few features each.</summary>
public static class LanguageSamples
{
    /// <summary>Those on which Jinja and npm @huggingface/jinja agree.</summary>
    public static readonly string[] Same =
    [
        "plain", "a\n", "a\n\n", "{{ a }}{{ s }}", "{{ 'x' ~ a ~ f }}", "{{ a + 2 * 3 - 1 }}", "{{ (a + 2) * 3 }}", "{{ 7 // 2 }} {{ 7 % 4 }} {{ 7 / 2 }} {{ 2 ** 5 }}", "{{ -7 // 2 }}", "{{ 1.5 + 1 }} {{ 2 * 1.0 }}",
        "{{ s[0] }}{{ s[-1] }}{{ s[1:4] }}{{ s[::-1] }}{{ s[:-6] }}", "{{ list[0] }}{{ list[-1] }}{{ list[1:]|tojson }}{{ list[::-1]|tojson }}", "{{ map['z'] }}{{ map.x }}{% if map.Y[1] is none %}n{% endif %}",
        "{{ undefined_thing }}|{{ map.nothing }}|", "{{ 'yes' if a == 1 else 'no' }}{{ 'x' if false }}", "{% if 1 in list and 9 not in list %}in{% endif %}",
        "{% if 'World' in s %}1{% endif %}{% if 'z' in map %}2{% endif %}{% if 'q' not in map %}3{% endif %}", "{% if a == 2 %}2{% elif a == 1 %}1{% else %}0{% endif %}",
        "{% for i in list %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{% if loop.first %}F{% endif %}{% if loop.last %}L{% endif %}{{ i }},{% endfor %}",
        "{% for i in empty %}x{% else %}none{% endfor %}", "{% for i in list if i > 1 %}{{ i }}{{ loop.length }}{% endfor %}", "{% for k, v in map.items() %}{{ k }}={{ v|tojson }};{% endfor %}", "{% for k in map %}{{ k }}{% endfor %}",
        "{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}", "{% for i in range(2, 9, 3) %}{{ i }} {% endfor %}{% for i in range(3, 0, -1) %}{{ i }}{% endfor %}",
        "{% for i in list %}{% for j in list %}{{ i * j }}{% if not loop.last %},{% endif %}{% endfor %};{% endfor %}", "{% for i in list %}{{ loop.previtem }}-{{ loop.nextitem }} {% endfor %}",
        "{% set x = 5 %}{{ x }}{% set y, z = 1, 2 %}{{ y }}{{ z }}", "{% set x %}block {{ a }}{% endset %}{{ x }}", "{% set ns = namespace(n=0) %}{% for i in list %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
        "{% macro m(x, y=2) %}[{{ x }}{{ y }}]{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(y=4, x=0) }}", "{% macro m(x) %}{% if x > 0 %}{{ x }}{{ m(x - 1) }}{% endif %}{% endmacro %}{{ m(4) }}",
        "{% macro box(t) %}<{{ t }}:{{ caller() }}>{% endmacro %}{% call box('b') %}in {{ a }}{% endcall %}", "{% filter upper %}abc {{ s }}{% endfilter %}",
        "{{ s|upper }}{{ s|lower }}{{ s|length }}{{ s.upper() }}{{ s.lower() }}", "[{{ t|trim }}][{{ t.strip() }}][{{ t.lstrip() }}][{{ t.rstrip() }}]", "{{ 'hello world'|title }}{{ 'hello'|capitalize }}{{ 'x y'.title() }}",
        "{{ s.split(' ')|tojson }}{{ 'a,b,c'.split(',', 1)|tojson }}{{ ' a  b '.split()|tojson }}", "{% if s.startswith('He') and s.endswith('ld') %}ok{% endif %}{% if s.startswith(('x', 'H')) %}ok{% endif %}",
        "{{ s.replace('l', 'L') }}{{ s|replace('o', '0') }}{{ 'aaa'.replace('a', 'b', 2) }}", "{{ list|join('-') }}{{ list|join }}{{ ['a', 'b']|join(', ') }}", "{{ list|first }}{{ list|last }}{{ list|length }}{{ list|sort|tojson }}{{ list|reverse|list|tojson }}",
        "{{ nothing|default('d') }}{{ ''|default('e', true) }}{{ s|default('f') }}", "{{ '12'|int + 1 }}{{ 'x'|int }}{{ '1.5'|float }}{{ 3.7|int }}{{ -2|abs }}", "{{ map|tojson }}", "{{ map|tojson(indent=2) }}", "{{ []|tojson(indent=2) }}{{ {}|tojson }}",
        "{{ names|map(attribute='k')|list|tojson }}{{ names|selectattr('n')|list|length }}{{ names|rejectattr('n', 'defined')|list|tojson }}",
        "{{ {'b': 1, 'a': 2}|dictsort|tojson }}{{ map|items|list|length }}", "{{ ['x', 'y', 'x']|unique|list|tojson }}", "{{ 'a\nb\n\nc'|indent }}|{{ 'a\nb'|indent(2) }}|{{ 'a\nb'|indent(2, true) }}",
        "{% if a is defined and b is not defined and none is none and s is string and list is iterable and map is mapping and a is number and true is boolean and 3 is odd and 2 is even %}all{% endif %}", "{% if true is true and false is false %}y{% endif %}",
        "a  {%- if true -%}  b  {%- endif -%}  c", "  {% if true %}\n  x\n  {% endif %}\ny", "a\n    {# comment #}\nb\n{#- c -#}\n d", "x {{- 1 -}} y", "<{%- for i in list %}\n  {{ i }}\n{%- endfor %}>", "{% generation %}g{{ a }}{% endgeneration %}",
        "{{ 'it\\'s \\n \\t \\\\ \"q\"' }}", "{{ \"a'b\" }}", "{{ {'a': [1, {'b': 'c'}]}['a'][1]['b'] }}", "{{ [1, 2]|tojson }}", "{{ ([1] + [2])|tojson }}", "{{ map.get('z', 0) }}{{ map.get('no', 7) }}{{ map.keys()|list|tojson }}{{ map.values()|list|length }}",
        "{% if 1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3 and 1 != 2 %}ok{% endif %}", "{{ 'y' if not_there is not defined else 'n' }}", "{{ none|tojson }}{{ true|tojson }}{{ 'caf\u00e9'|tojson }}",
    ];

    /// <summary>Where the npm package differs or refuses, or nothing else was at hand: what Jinja's and Python's documentation says, by hand.</summary>
    public static readonly (string Source, string Text)[] ByHand =
    [
        ("{{ true }}{{ none }}{{ 1 == 1 }}", "TrueNoneTrue"), ("{{ ['a', 1, none, {'k': 'v'}] }}", "['a', 1, None, {'k': 'v'}]"), ("{{ (1,) }}{{ (1, 'x') }}", "(1,)(1, 'x')"), ("{{ \"it's\" ~ ['it\\'s'] }}", "it's[\"it's\"]"),
        ("{{ 'xxhixx'.strip('x') }}|{{ 'a\n '.rstrip('\n') }}|", "hi|a\n |"), ("{{ '' != false }}{{ 0 == false }}{{ '' == '' }}", "TrueTrueTrue"),
        ("{{ ['a', 'B']|map('upper')|join }}{{ [1, 2, 3]|select('odd')|list }}{{ [1, 2]|reject('equalto', 1)|list }}", "AB[1, 3][2]"), ("{{ [{'k': 1}, {'k': 2}]|selectattr('k', 'gt', 1)|list }}", "[{'k': 2}]"),
        ("{{ -7 % 4 }} {{ -7 // 2 }} {{ 7 // -2 }} {{ 7.5 % 2 }} {{ 1e16 }} {{ 0.0001 }} {{ 0.00001 }} {{ 1e3 }} {{ 2 ** -1 }}", "1 -4 -4 1.5 1e+16 0.0001 1e-05 1000.0 0.5"), ("{{ 1 < 2 < 3 }}{{ 3 > 2 > 2 }}", "TrueFalse"),
        ("{{ 1 if false }}|{{ nothing ~ 'x' }}|{{ 'a' in nothing }}", "|x|False"), ("{{ 'a' 'b' }}{{ 'x' if true else 'y' ~ 'z' }}", "abx"), ("{{ not true or true }}{{ (2 + 3) ~ 4 * 5 }}", "True520"),
        ("{% for i in [1, 2] %}{% set x = i %}{{ x }}{% endfor %}{{ x }}", "12"), ("{% for i in [1, 2] %}{{ x }}{% set x = i %}{% endfor %}|", "|"), ("{% for x in [[1, [2, 3]]] recursive %}{{ x[0] }}{% if x[1] %}({{ loop([[4, []]]) }}){% endif %}{% endfor %}", "1(4)"),
        ("{% for i in 'a\U0001F600' %}<{{ i }}>{% endfor %}{{ 'a\U0001F600b'|length }}{{ 'a\U0001F600b'[1] }}{{ 'a\U0001F600b'[::-1] }}", "<a><\U0001F600>3\U0001F600b\U0001F600a"), ("{% for k, v in {'items': 2}.items() %}{{ k }}{{ v }}{% endfor %}", "items2"),
        ("{% raw %}{{ x }}{% endraw %}|{%- raw -%} {% y %} {%- endraw %}", "{{ x }}|{% y %}"), ("{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}", "12"), ("a\r\nb\rc", "a\nb\nc"), ("   {%+ if true %}x{% endif +%}\ny", "   x\ny"),
        ("{{ range(3)|list }}{{ range(0)|list }}{{ [3, 1, 2]|sort(reverse=true) }}{{ ['b', 'A', 'c']|sort }}{{ [1, 2, 3]|sum }}{{ [1, 5, 2]|max }}{{ [4, 2]|min }}", "[0, 1, 2][][3, 2, 1]['A', 'b', 'c']652"),
        ("{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, a=2) }}", "(1,){'a': 2}"), ("{{ 2.5|round }}{{ 3.14159|round(2) }}{{ 1.2|round(method='ceil') }}{{ '0x1'|int }}{{ '3.9'|int }}", "2.03.142.003"),
        ("{{ [1, 2, 3, 4, 5]|batch(2)|list }}{{ 'a b'|wordcount }}{{ '<&>'|e }}{{ [{'g': 1}, {'g': 2}, {'g': 1}]|groupby('g')|length }}", "[[1, 2], [3, 4], [5]]2&lt;&amp;&gt;2"), ("{{ 'a.b.c'.rsplit('.', 1) }}{{ 'x\ny\r\nz'.splitlines() }}{{ 'pre-x'.removeprefix('pre-') }}", "['a.b', 'c']['x', 'y', 'z']x"),
        ("{{ strftime_now('%d %b %Y %H:%M') }}|{{ strftime_now('%B %-d') }}", "05 Feb 2025 14:03|February 5"), ("{{ {'b': 'x', 'a': [1.5]}|tojson(sort_keys=true, separators=(',', ':')) }}{{ '\u00e9'|tojson(ensure_ascii=true) }}", "{\"a\":[1.5],\"b\":\"x\"}\"\\u00e9\""),
        ("{{ loop is defined }}{% for i in [1] %}{{ loop.cycle('a', 'b') }}{{ loop.depth }}{{ loop.changed(i) }}{% endfor %}", "Falsea1True"), ("{% set ns = namespace({'x': 1}, y=2) %}{{ ns.x + ns.y }}", "3"), ("{{ 'abc' is string }}{{ 1 is divisibleby 1 }}{{ 4 is divisibleby(3) }}{{ none is sameas none }}{{ 'a' is in ['a'] }}", "TrueTrueFalseTrueTrue"),
    ];

    /// <summary>A template, the line of its error, and a word of it.</summary>
    public static readonly (string Source, int Line, string Named)[] Refused =
    [
        ("{{ x", 1, "does not end"), ("\n{% if %}", 2, "value"), ("{% if true %}", 1, "endif"), ("\n\n{% endif %}", 3, "endif"), ("{{ 1 + }}", 1, "'}}'"), ("{% include 'x' %}", 1, "include"), ("{% import 'os' as o %}", 1, "import"), ("{% extends 'x' %}", 1, "extends"),
        ("{{ x|shell }}", 1, "shell"), ("{{ x is odd_looking }}", 1, "odd_looking"), ("{{ 'a }}", 1, "quoted"), ("{# x", 1, "comment"), ("{{ ) }}", 1, "')'"), ("{{ x.y.z }}", 1, "undefined"), ("{{ nothing() }}", 1, "nothing"), ("{{ 'a' + 1 }}", 1, "'+'"),
        ("{{ ''.__class__.__mro__ }}", 1, "undefined"), ("{{ 1 // 0 }}", 1, "zero"), ("{{ 9223372036854775807 + 1 }}", 1, "too large"), ("{{ 2 ** 64 }}", 1, "too large"), ("{{ 99999999999999999999 }}", 1, "too large"), ("a\n{{ raise_exception('no ' ~ 'way') }}", 2, "no way"), ("{% break %}", 1, "break"), ("{% set true = 1 %}", 1, "true"),
        ("{% set x.y = 1 %}", 1, "namespace"), ("{% for a, b in [[1]] %}{% endfor %}", 1, "values"), ("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", 1, "at most"), ("{% macro m(a) %}{% endmacro %}{{ m(b=2) }}", 1, "name"), ("{{ [1, 'a']|sort }}", 1, "compare"), ("{{ {1: 2} }}", 1, "text"), ("{{ '%s' % 1 }}", 1, "'%'"), ("{{ 'a\\ud83d' }}", 0, "Unicode"),
        // Bounds.
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 1, "too often"), ("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", 1, "steps"), ("{% set ns = namespace(x='aaaaaaaaaaaaaaaa') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}", 1, "characters"), ("{{ range(1000000000) }}", 1, "numbers"), ("{{ 'ab' * 9000000000 }}", 1, "characters"),
        ("{{ [1, 2] * 9000000000 }}", 1, "steps"), ("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", 1, "too often"), ("{{ 'x'|indent(99999999) }}", 1, "width"), ("{{ {}|tojson(indent=9999) }}", 1, "indent"),
    ];
}
