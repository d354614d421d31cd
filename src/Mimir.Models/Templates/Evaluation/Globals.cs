using System.Globalization;
using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>The functions that every template has.</summary>
internal static class Globals
{
    private const int MaxRange = 100_000;

    /// <summary>Sets them in <paramref name="scope"/>.</summary>
    public static void AddTo(Scope scope, TimeProvider clock)
    {
        Add(scope, "raise_exception", a => throw new ChatTemplateException(a.Text(a.Bind("message")[0]).Redacted(), a.Budget.Line, refusedByTemplate: true));
        Add(scope, "strftime_now", a => MarkedText.Own(Time(clock.GetLocalNow(), a.Text(a.Bind("format")[0]).Text, a)));
        Add(scope, "range", Range);
        Add(scope, "namespace", Namespace);
        Add(scope, "dict", a => new MapValue(a.Named.Select(n => (MarkedText.Own(n.Name), n.Value))));
    }

    private static void Add(Scope scope, string name, Func<Arguments, object> call) => scope.Set(name, new Callable(name, call));

    private static object Range(Arguments arguments)
    {
        var bound = arguments.Bind("start", "stop", "step");
        long from = bound[1] is null ? 0 : arguments.Integer(bound[0]), to = arguments.Integer(bound[1] ?? bound[0]), step = arguments.Integer(bound[2], 1);
        if (step == 0) throw arguments.Error("has a step of 0");
        var count = Math.Max(0, (to - from + step - Math.Sign(step)) / step);
        if (count > MaxRange) throw arguments.Error($"gives more than {MaxRange} numbers");
        arguments.Budget.Step(count);
        return new ListValue([.. Enumerable.Range(0, (int)count).Select(i => (object)(from + i * step))]);
    }

    private static NamespaceValue Namespace(Arguments arguments)
    {
        var fields = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var source in arguments.Positional)
            foreach (var (key, value) in source is MapValue map ? map.Entries : throw arguments.Error("needs a mapping")) fields[key.Text] = value;
        foreach (var (name, value) in arguments.Named) fields[name] = value;
        return new NamespaceValue(fields);
    }

    // strftime in the C locale.
    private static string Time(DateTimeOffset now, string format, Arguments arguments)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }
            var letter = ++i < format.Length ? format[i] : '\0';
            var unpadded = letter == '-';
            if (unpadded) letter = ++i < format.Length ? format[i] : '\0';
            var part = letter switch
            {
                'Y' => "yyyy", 'y' => "yy", 'm' => "MM", 'd' => "dd", 'b' => "MMM", 'B' => "MMMM", 'a' => "ddd", 'A' => "dddd",
                'H' => "HH", 'I' => "hh", 'M' => "mm", 'S' => "ss", 'p' => "tt", 'F' => "yyyy-MM-dd", 'T' => "HH:mm:ss", 'f' => "ffffff",
                _ => null,
            };
            if (part is not null)
            {
                var written = now.ToString(part, CultureInfo.InvariantCulture);
                text.Append(unpadded ? written.TrimStart('0') is { Length: > 0 } rest ? rest : "0" : written);
            }
            else text.Append(letter switch
            {
                '%' => "%",
                'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
                'j' => now.DayOfYear.ToString(unpadded ? "0" : "000", CultureInfo.InvariantCulture),
                _ => throw arguments.Error("is given a format with a part that Mimir does not know"),
            });
        }
        return text.ToString();
    }
}
