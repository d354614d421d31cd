namespace Mimir.Services.Attesting.Nitro;

/// <summary>The Nitro security module: one message in, one out.</summary>
internal interface INitroDevice
{
    /// <summary>Exchanges one message.</summary>
    /// <exception cref="AttestingException">There is no such device, or it refuses.</exception>
    byte[] Exchange(ReadOnlySpan<byte> request);
}
