using System.Globalization;

namespace Mimir.Trust.Policies.Reading;

/// <summary>
/// A mapping of a policy, read key by key: a missing key or another type is an error with its line, and so is, at <see cref="End"/>, a key that nobody
/// asked for.
/// </summary>
internal sealed class PolicyMap
{
    private readonly PolicyMapping _mapping;
    private readonly string _file;
    private readonly string _path;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public PolicyMap(PolicyMapping mapping, string file, string path) => (_mapping, _file, _path) = (mapping, file, path);

    /// <summary>The keys that are there.</summary>
    public IEnumerable<string> Keys => _mapping.Entries.Select(entry => entry.Key);

    /// <summary>Whether the key is there.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>The value of a required key.</summary>
    public PolicyNode Node(string key) => Find(key) ?? throw Lacks(key);

    /// <summary>One of <paramref name="allowed"/>.</summary>
    public string Choice(string key, params IReadOnlyCollection<string> allowed) => Choice(key, Node(key), allowed);

    /// <summary>A list of some of <paramref name="allowed"/>, each once; null if the key is absent.</summary>
    public IReadOnlyList<string>? Choices(string key, IReadOnlyCollection<string> allowed)
    {
        if (Find(key) is not { } node) return null;
        var list = Items(key, node).Select(item => Choice(key, item, allowed)).ToArray();
        return list.Distinct().Count() == list.Length ? list : throw Error(node, $"'{key}' names one thing twice");
    }

    /// <summary>A whole number in a range, decimal or with 0x; <paramref name="missing"/> if the key is absent.</summary>
    public ulong Number(string key, ulong largest, ulong? missing = null)
    {
        if (Find(key) is not { } node) return missing ?? throw Lacks(key);
        return node is PolicyScalar { Value: var text } && TryNumber(text, out var number) && number <= largest
            ? number
            : throw Error(node, $"'{key}' must be a whole number from 0 to {largest}");
    }

    /// <summary>true or false.</summary>
    public bool Flag(string key, bool missing) => Find(key) switch
    {
        null => missing,
        PolicyScalar { Value: "true" } => true,
        PolicyScalar { Value: "false" } => false,
        { } node => throw Error(node, $"'{key}' must be true or false"),
    };

    /// <summary>Bytes in hexadecimal, as lower case text.</summary>
    public string Hex(string key, int length) => Hex(key, Node(key), length);

    /// <summary>A list of bytes in hexadecimal, as lower case text; null if the key is absent. An empty list is an error: it could accept nothing.</summary>
    public IReadOnlyList<string>? HexList(string key, int length) =>
        Find(key) is { } node ? [.. Items(key, node).Select(item => Hex(key, item, length))] : null;

    /// <summary>A list of mappings.</summary>
    public IReadOnlyList<PolicyMap> Maps(string key) => [.. Items(key, Node(key)).Select(item => Child(key, item))];

    /// <summary>A mapping; an error, with <paramref name="why"/> it is needed, if the key is absent.</summary>
    public PolicyMap RequiredMap(string key, string why = "") => Map(key) ?? throw Lacks(key, why);

    /// <summary>A mapping; null if the key is absent.</summary>
    public PolicyMap? Map(string key) => Find(key) is { } node ? Child(key, node) : null;

    /// <summary>Whether the key's value is the plain word <paramref name="word"/>.</summary>
    public bool IsWord(string key, string word) => Find(key) is PolicyScalar { Value: var value } && value == word;

    /// <summary>Every key must have been asked for.</summary>
    public void End()
    {
        foreach (var (key, line, _) in _mapping.Entries)
            if (!_known.Contains(key))
                throw new PolicyException($"{_file}:{line}: {Where}unknown key '{PolicyYaml.Shown(key)}'; known are {string.Join(", ", _known)}");
    }

    /// <summary>The error that a key is absent; names what is there, since it may be misspelt.</summary>
    public PolicyException Lacks(string key, string why = "") =>
        Error(_mapping, $"lacks '{key}'{why}; it has {(_mapping.Entries.Count == 0 ? "nothing" : PolicyYaml.Shown(string.Join(", ", Keys)))}");

    /// <summary>An error about this mapping.</summary>
    public PolicyException Error(string problem) => Error(_mapping, problem);

    /// <summary>An error at the line of <paramref name="key"/>, which is there.</summary>
    public PolicyException ErrorAt(string key, string problem) => new($"{_file}:{_mapping.Entries.First(entry => entry.Key == key).Line}: {Where}{problem}");

    private string Where => _path.Length == 0 ? "" : $"{_path}: ";

    private PolicyNode? Find(string key)
    {
        _known.Add(key);
        return _mapping.Entries.Where(entry => entry.Key == key).Select(entry => entry.Value).FirstOrDefault();
    }

    private PolicyMap Child(string key, PolicyNode node) => node is PolicyMapping mapping
        ? new PolicyMap(mapping, _file, _path.Length == 0 ? key : $"{_path}.{key}")
        : throw Error(node, $"'{key}' must hold keys");

    private IReadOnlyList<PolicyNode> Items(string key, PolicyNode node) => node is PolicyList { Items: { Count: > 0 } items }
        ? items
        : throw Error(node, $"'{key}' must be a list that is not empty");

    private string Choice(string key, PolicyNode node, IReadOnlyCollection<string> allowed) => node is PolicyScalar { Value: var value } && allowed.Contains(value)
        ? value
        : throw Error(node, $"'{key}' must be {(allowed.Count == 1 ? "" : "one of ")}{string.Join(", ", allowed)}");

    private string Hex(string key, PolicyNode node, int length) =>
        node is PolicyScalar { Value: var value } && value.Length == 2 * length && value.All(char.IsAsciiHexDigit)
            ? value.ToLowerInvariant()
            : throw Error(node, $"'{key}' must be {length} bytes in hexadecimal ({2 * length} digits)");

    private static bool TryNumber(string text, out ulong number) => text.StartsWith("0x", StringComparison.Ordinal)
        ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private PolicyException Error(PolicyNode at, string problem) => new($"{_file}:{at.Line}: {Where}{problem}");
}
