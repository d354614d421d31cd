namespace Mimir.Services.Hosting;

/// <summary>A peer's host and port.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">1 to 65535.</param>
public sealed record HostAddress(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c>; an IPv6 address stands in brackets.</summary>
    /// <exception cref="InvalidDataException">Something else.</exception>
    public static HostAddress Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon > 0 && int.TryParse(text.AsSpan(colon + 1), out var port) && port is > 0 and < 65536)
            return new(text[..colon].Trim('[', ']'), port);
        throw new InvalidDataException($"'{text}' is no host and port, such as 127.0.0.1:7000");
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
