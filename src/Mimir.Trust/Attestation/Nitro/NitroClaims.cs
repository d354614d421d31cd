namespace Mimir.Trust.Attestation.Nitro;

/// <summary>What a Nitro attestation document states.</summary>
public sealed record NitroClaims : EvidenceClaims
{
    /// <inheritdoc/>
    public override EvidenceKind Kind => EvidenceKind.Nitro;

    /// <summary>The enclave's name: instance and enclave identifier.</summary>
    public required string ModuleId { get; init; }

    /// <summary>The hash of the registers.</summary>
    public required string Digest { get; init; }

    /// <summary>When the document was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Locked registers by index: 0 image, 1 kernel and boot, 2 application, 3 role of the parent, 4 parent instance, 8 signer of the image.</summary>
    public required IReadOnlyDictionary<int, ReadOnlyMemory<byte>> Pcrs { get; init; }

    /// <summary>A key that the enclave chose, or null.</summary>
    public required ReadOnlyMemory<byte>? PublicKey { get; init; }

    /// <summary>Data that the enclave chose, or null.</summary>
    public required ReadOnlyMemory<byte>? UserData { get; init; }

    /// <summary>The asker's nonce, or null.</summary>
    public required ReadOnlyMemory<byte>? Nonce { get; init; }

    /// <summary>Debug mode: the host reads the enclave's console, and register 0 is zero (or missing).</summary>
    public bool IsDebug => !Pcrs.TryGetValue(0, out var image) || !image.Span.ContainsAnyExcept((byte)0);

    /// <inheritdoc/>
    public override ClaimFields Fields
    {
        get
        {
            var pcrs = new ClaimFields();
            foreach (var (index, value) in Pcrs) pcrs.Add(index.ToString(), value);
            var fields = new ClaimFields
            {
                { "module_id", ModuleId },
                { "digest", Digest },
                { "timestamp", Timestamp },
                { "debug", IsDebug },
                { "pcrs", pcrs },
            };
            if (PublicKey is { } key) fields.Add("public_key", key);
            if (UserData is { } data) fields.Add("user_data", data);
            if (Nonce is { } nonce) fields.Add("nonce", nonce);
            return fields;
        }
    }
}
