using System.Collections;

namespace Mimir.Trust.Attestation;

/// <summary>
/// Claims by name, in order, for JSON and for policies. A value is a string, a bool, a <see cref="ulong"/>, a list of strings, or a nested
/// <see cref="ClaimFields"/>; bytes are lower-case hexadecimal. Names are snake case.
/// </summary>
public sealed class ClaimFields : IEnumerable<KeyValuePair<string, object>>
{
    private readonly OrderedDictionary<string, object> _values = new(StringComparer.Ordinal);

    /// <summary>The number of fields at this level.</summary>
    public int Count => _values.Count;

    /// <summary>The field's value, or null. A path such as <c>reported_tcb.snp</c> goes into nested fields.</summary>
    public object? this[string path]
    {
        get
        {
            var dot = path.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0) return _values.GetValueOrDefault(path);
            return _values.GetValueOrDefault(path[..dot]) is ClaimFields nested ? nested[path[(dot + 1)..]] : null;
        }
    }

    /// <summary>Adds text.</summary>
    public void Add(string name, string value) => _values.Add(name, value);

    /// <summary>Adds yes or no.</summary>
    public void Add(string name, bool value) => _values.Add(name, value);

    /// <summary>Adds a number.</summary>
    public void Add(string name, ulong value) => _values.Add(name, value);

    /// <summary>Adds bytes, as hexadecimal.</summary>
    public void Add(string name, ReadOnlyMemory<byte> value) => _values.Add(name, Convert.ToHexStringLower(value.Span));

    /// <summary>Adds an instant, as ISO 8601 in UTC.</summary>
    public void Add(string name, DateTimeOffset value) => _values.Add(name, value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"));

    /// <summary>Adds a list of texts.</summary>
    public void Add(string name, IReadOnlyList<string> value) => _values.Add(name, value);

    /// <summary>Adds nested fields.</summary>
    public void Add(string name, ClaimFields value) => _values.Add(name, value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
