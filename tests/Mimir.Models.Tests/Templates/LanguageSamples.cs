namespace Mimir.Models.Tests.Templates;

/// <summary>Small templates, one or a few features each.</summary>
public static class LanguageSamples
{
    /// <summary>Those on which Jinja and npm @huggingface/jinja agree.</summary>
    public static readonly string[] Same =
    [
        "plain", "a\n", "a\n\n", "{{ a }}{{ s }}", "{{ 'x' ~ a ~ f }}", "{{ a + 2 * 3 - 1 }}", "{{ (a + 2) * 3 }}", "{{ 7 // 2 }} {{ 7 % 4 }} {{ 7 / 2 }} {{ 2 ** 5 }}", "{{ -7 // 2 }}", "{{ 1.5 + 1 }} {{ 2 * 1.0 }}",
        "{{ s[0] }}{{ s[-1] }}{{ s[1:4] }}{{ s[::-1] }}{{ s[:-6] }}", "{{ list[0] }}{{ list[-1] }}{{ list[1:]|tojson }}{{ list[::-1]|tojson }}", "{{ map['z'] }}{{ map.x }}{{ map.Y[1] is none }}",
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
        "{{ names|map(attribute='k')|list|tojson }}{{ names|selectattr('n')|list|length }}{{ names|selectattr('k', 'equalto', 2)|list|tojson }}{{ names|rejectattr('n', 'defined')|list|tojson }}",
        "{{ ['a', 'B']|map('upper')|join }}{{ list|select('odd')|list|tojson }}{{ list|reject('equalto', 1)|list|tojson }}", "{{ {'b': 1, 'a': 2}|dictsort|tojson }}{{ map|items|list|length }}", "{{ ['x', 'y', 'x']|unique|list|tojson }}", "{{ 'a\nb\n\nc'|indent }}|{{ 'a\nb'|indent(2) }}|{{ 'a\nb'|indent(2, true) }}",
        "{% if a is defined and b is not defined and none is none and s is string and list is iterable and map is mapping and a is number and true is boolean and 3 is odd and 2 is even %}all{% endif %}", "{% if a is eq 1 %}x{% endif %}{% if true is true and false is false %}y{% endif %}",
        "a  {%- if true -%}  b  {%- endif -%}  c", "  {% if true %}\n  x\n  {% endif %}\ny", "a\n    {# comment #}\nb\n{#- c -#}\n d", "x {{- 1 -}} y", "<{%- for i in list %}\n  {{ i }}\n{%- endfor %}>", "{% generation %}g{{ a }}{% endgeneration %}",
        "{{ 'it\\'s \\n \\t \\\\ \"q\"' }}", "{{ \"a'b\" }}", "{{ {'a': [1, {'b': 'c'}]}['a'][1]['b'] }}", "{{ (1, 2)|list|tojson }}{{ [1, 2,]|tojson }}", "{{ ([1] + [2])|tojson }}", "{{ map.get('z', 0) }}{{ map.get('no', 7) }}{{ map.keys()|list|tojson }}{{ map.values()|list|length }}",
        "{% if 1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3 and 1 != 2 and 'a' < 'b' %}ok{% endif %}", "{{ 'y' if not_there is not defined else 'n' }}", "{{ none|tojson }}{{ true|tojson }}{{ 'caf\u00e9'|tojson }}",
    ];
}
