using System.Formats.Asn1;
using System.Numerics;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>
/// What Intel's extension of a PCK certificate (OID 1.2.840.113741.1.13.1) says of the platform.
/// Source: Intel SGX PCK certificate and CRL profile, section 1.3.5.
/// </summary>
public sealed class PckExtension
{
    /// <summary>The extension's OID.</summary>
    public const string Oid = "1.2.840.113741.1.13.1";

    private const int MostEntries = 32;

    private PckExtension(byte[] components, int pceSvn, byte[] pceId, byte[] fmspc, byte[]? platformInstance)
    {
        Components = components;
        PceSvn = pceSvn;
        PceId = pceId;
        Fmspc = fmspc;
        PlatformInstance = platformInstance is null ? (ReadOnlyMemory<byte>?)null : platformInstance;
    }

    /// <summary>The 16 SGX TCB component versions (.2.1 to .2.16).</summary>
    public IReadOnlyList<byte> Components { get; }

    /// <summary>Version of the provisioning certification enclave (.2.17).</summary>
    public int PceSvn { get; }

    /// <summary>The enclave's number (.3), 2 bytes.</summary>
    public ReadOnlyMemory<byte> PceId { get; }

    /// <summary>Family, model, stepping, platform and custom SKU (.4), 6 bytes: which TCB info applies.</summary>
    public ReadOnlyMemory<byte> Fmspc { get; }

    /// <summary>The platform's identity (.6), 16 bytes; null on single-package platforms.</summary>
    public ReadOnlyMemory<byte>? PlatformInstance { get; }

    internal ClaimFields Fields
    {
        get
        {
            var fields = new ClaimFields
            {
                { "components", new ReadOnlyMemory<byte>([.. Components]) },
                { "pcesvn", (ulong)PceSvn },
                { "pceid", PceId },
                { "fmspc", Fmspc },
            };
            if (PlatformInstance is { } instance) fields.Add("platform_instance", instance);
            return fields;
        }
    }

    /// <summary>Reads the extension's value.</summary>
    /// <exception cref="RefusedException">Not the structure of the profile, or a part twice or missing.</exception>
    public static PckExtension Parse(ReadOnlyMemory<byte> value)
    {
        try
        {
            byte[]? pceId = null, fmspc = null, instance = null;
            (byte[] Components, int PceSvn)? tcb = null;
            foreach (var (number, entry) in Entries(new AsnReader(value, AsnEncodingRules.DER), Oid))
            {
                switch (number)
                {
                    case 2: tcb = Tcb(entry); break;
                    case 3: pceId = Octets(entry, 2); break;
                    case 4: fmspc = Octets(entry, 6); break;
                    case 6: instance = Octets(entry, 16); break;
                    default: entry.ReadEncodedValue(); break;
                }

                entry.ThrowIfNotEmpty();
            }

            if (tcb is not { } found || pceId is null || fmspc is null) throw Malformed();
            return new PckExtension(found.Components, found.PceSvn, pceId, fmspc, instance);
        }
        catch (AsnContentException)
        {
            throw Malformed();
        }
    }

    private static (byte[] Components, int PceSvn) Tcb(AsnReader reader)
    {
        var components = new byte[16];
        var pceSvn = -1;
        var seen = 0;
        foreach (var (number, entry) in Entries(reader, Oid + ".2"))
        {
            switch (number)
            {
                case >= 1 and <= 16: components[number - 1] = (byte)Number(entry, byte.MaxValue); break;
                case 17: pceSvn = Number(entry, ushort.MaxValue); break;
                case 18: Octets(entry, 16); break;
                default: entry.ReadEncodedValue(); break;
            }

            entry.ThrowIfNotEmpty();
            if (number <= 17) seen++;
        }

        return seen == 17 ? (components, pceSvn) : throw Malformed();
    }

    /// <summary>SEQUENCE OF SEQUENCE { OID = <paramref name="arc"/>.number, value }: each number once, and a reader at the value.</summary>
    private static List<(int Number, AsnReader Value)> Entries(AsnReader reader, string arc)
    {
        var sequence = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var entries = new List<(int, AsnReader)>();
        var seen = new HashSet<int>();
        while (sequence.HasData)
        {
            var entry = sequence.ReadSequence();
            var oid = entry.ReadObjectIdentifier();
            if (!oid.StartsWith(arc + ".", StringComparison.Ordinal) || !int.TryParse(oid.AsSpan(arc.Length + 1), out var number) || number < 1) throw Malformed();
            if (!seen.Add(number) || seen.Count > MostEntries) throw Malformed();
            entries.Add((number, entry));
        }

        return entries;
    }

    private static int Number(AsnReader reader, int largest)
    {
        BigInteger number = reader.ReadInteger();
        return number >= 0 && number <= largest ? (int)number : throw Malformed();
    }

    private static byte[] Octets(AsnReader reader, int length)
    {
        var octets = reader.ReadOctetString();
        return octets.Length == length ? octets : throw Malformed();
    }

    private static RefusedException Malformed() => new(TdxRefusals.PckExtension, "The PCK certificate's Intel extension is malformed.");
}
