using System.Globalization;
using System.Net;
using Mimir.Trust;

namespace Mimir.Cli.Configuration;

/// <summary>What a key's value may look like.</summary>
public enum ConfigKind
{
    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A whole number between two bounds.</summary>
    Integer,

    /// <summary>A decimal number between two bounds.</summary>
    Number,

    /// <summary>One of a few words.</summary>
    Choice,

    /// <summary>An address and a port: 127.0.0.1:7100, [::1]:7100 or name.example:7100.</summary>
    Endpoint,

    /// <summary>A path.</summary>
    Path,

    /// <summary>A host name or address.</summary>
    Name,

    /// <summary>Any text of one line.</summary>
    Text,

    /// <summary>https://…, or http://… on loopback.</summary>
    Url,

    /// <summary>Names of peers, each with its address: org-1@10.0.0.1:7300, org-2@10.0.0.2:7300.</summary>
    Peers,
}

/// <summary>One key of the configuration: the single source of parsing, of range checks and of docs/configuration.md.</summary>
/// <param name="Path">As in YAML, levels separated by dots.</param>
/// <param name="Kind">What a value looks like.</param>
/// <param name="Default">Text of the default; null when the key is unset by default.</param>
/// <param name="Meaning">For people.</param>
public sealed record ConfigKey(string Path, ConfigKind Kind, string? Default, string Meaning)
{
    private const int LongestText = 4096;

    /// <summary>Least number allowed.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>Largest number allowed.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>The words of a <see cref="ConfigKind.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The name of the environment variable that overrides the key.</summary>
    public string Variable => "MIMIR__" + Path.ToUpperInvariant().Replace(".", "__", StringComparison.Ordinal);

    /// <summary>What is allowed, for messages and documentation.</summary>
    public string Allowed => Kind switch
    {
        ConfigKind.Boolean => "true or false",
        ConfigKind.Integer => string.Create(CultureInfo.InvariantCulture, $"a whole number from {Minimum} to {Maximum}"),
        ConfigKind.Number => string.Create(CultureInfo.InvariantCulture, $"a number from {Minimum} to {Maximum}"),
        ConfigKind.Choice => string.Join(" or ", Choices),
        ConfigKind.Endpoint => "an address and a port, such as 127.0.0.1:7100",
        ConfigKind.Path => "a path",
        ConfigKind.Text => "a text",
        ConfigKind.Url => "an https address (http on loopback only)",
        ConfigKind.Peers => "different names with addresses, such as org-1@10.0.0.1:7300, org-2@10.0.0.2:7300",
        _ => "a host name or an address",
    };

    /// <summary>Reads <paramref name="text"/>: bool, long, double or string, by <see cref="Kind"/>; null when it is not allowed.</summary>
    public object? Parse(string text)
    {
        if (text.Length > LongestText || text.Any(char.IsControl)) return null;
        return Kind switch
        {
            ConfigKind.Boolean => text is "true" ? true : text is "false" ? false : null,
            ConfigKind.Integer => TryWhole(text, out var whole) && InRange(whole) ? whole : null,
            ConfigKind.Number => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && InRange(number) ? number : null,
            ConfigKind.Choice => Choices.Contains(text) ? text : null,
            ConfigKind.Endpoint => IsEndpoint(text) ? text : null,
            ConfigKind.Path or ConfigKind.Text => text.Length > 0 ? text : null,
            ConfigKind.Url => Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp && url.IsLoopback) ? text : null,
            ConfigKind.Peers => ArePeers(text) ? text : null,
            _ => Uri.CheckHostName(text) is not UriHostNameType.Unknown and not UriHostNameType.Basic ? text : null,
        };
    }

    /// <summary>The items of a <see cref="ConfigKind.Peers"/> that was parsed.</summary>
    internal static IReadOnlyList<(string Name, string Endpoint)> PeersOf(string text) => [.. text.Split(',', StringSplitOptions.TrimEntries).Select(p => p.Split('@', 2)).Select(p => (p[0], p[^1]))];

    private static bool ArePeers(string text)
    {
        var peers = PeersOf(text);
        return peers.All(p => PeerName.IsValid(p.Name) && IsEndpoint(p.Endpoint)) && peers.DistinctBy(p => p.Name).Count() == peers.Count;
    }

    /// <summary>Decimal, or hexadecimal after 0x.</summary>
    private static bool TryWhole(string text, out long whole) => text.StartsWith("0x", StringComparison.Ordinal)
        ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out whole)
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole);

    private bool InRange(double value) => value >= Minimum && value <= Maximum;

    private static bool IsEndpoint(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)) return false;
        var host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']')) return IPAddress.TryParse(host[1..^1], out _);
        return !host.Contains(':') && Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }
}
