namespace Mimir.Models.Templates.Values;

// A value of a template is one of: None, Undefined, bool, long, double, MarkedText, ListValue, MapValue, NamespaceValue, Callable.

/// <summary>Python's None.</summary>
internal sealed class None
{
    /// <summary>The only one.</summary>
    public static readonly None Value = new();
}

/// <summary>A variable or attribute that does not exist: false, empty, printed as nothing; anything else done to it is an error.</summary>
internal sealed class Undefined(string name)
{
    /// <summary>What was looked for, in the template's own words.</summary>
    public string Name { get; } = name;
}

/// <summary>A list or tuple. Never changed once made.</summary>
internal sealed record ListValue(IReadOnlyList<object> Items, bool IsTuple = false);

/// <summary>A mapping from texts to values, in order. Never changed once made.</summary>
internal sealed class MapValue
{
    private readonly List<(MarkedText Key, object Value)> _entries = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    /// <summary>Entries in order; a key that comes again replaces the value in its old place.</summary>
    public MapValue(IEnumerable<(MarkedText Key, object Value)> entries)
    {
        foreach (var (key, value) in entries)
        {
            if (_places.TryGetValue(key.Text, out var place)) _entries[place] = (_entries[place].Key, value);
            else
            {
                _places.Add(key.Text, _entries.Count);
                _entries.Add((key, value));
            }
        }
    }

    /// <summary>All entries.</summary>
    public IReadOnlyList<(MarkedText Key, object Value)> Entries => _entries;

    /// <summary>The value of <paramref name="key"/>, or null.</summary>
    public object? Find(string key) => _places.TryGetValue(key, out var place) ? _entries[place].Value : null;
}

/// <summary>namespace(...): the one thing whose attributes a template may set.</summary>
internal sealed class NamespaceValue(Dictionary<string, object> fields)
{
    /// <summary>Its attributes.</summary>
    public Dictionary<string, object> Fields { get; } = fields;
}

/// <summary>A function, method, macro or loop that a template may call.</summary>
internal sealed class Callable(string name, Func<Arguments, object> call)
{
    /// <summary>For errors.</summary>
    public string Name { get; } = name;

    /// <summary>Attributes, for <c>loop</c>; null for others.</summary>
    public Func<string, object?>? Attribute { get; init; }

    /// <summary>Calls it.</summary>
    public object Call(Arguments arguments) => call(arguments);
}
