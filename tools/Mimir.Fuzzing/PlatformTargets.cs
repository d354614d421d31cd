using System.Text;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Nitro;
using Mimir.Trust.Attestation.Tdx;
using Mimir.Trust.Policies;
using Mimir.Trust.Tests.Attestation.Tdx;

namespace Mimir.Fuzzing;

/// <summary>Parsers of TDX quotes, Intel's collateral, Nitro documents and policies.</summary>
internal static class PlatformTargets
{
    internal const string Quote = "tdx/tdx-v5-outofdate-servicetd.quote.bin", Bundle = "tdx/tcb_90c06f_2026.collateral.json", Document = "nitro/prod-2025-indef.cose";

    /// <summary>When <see cref="Quote"/> and <see cref="Bundle"/> are current.</summary>
    private static readonly VerificationContext March = new() { At = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero) };

    /// <summary>When <see cref="Document"/> is.</summary>
    private static readonly VerificationContext Christmas = new() { At = new DateTimeOffset(2025, 12, 25, 13, 15, 37, TimeSpan.Zero) };

    /// <summary>All targets, with seeds from <paramref name="seeds"/>.</summary>
    public static IReadOnlyList<FuzzTarget> All(SeedFolder seeds)
    {
        var (quote, document) = (seeds.One(Quote), seeds.One(Document));
        EvidencePart[] collateral = [FuzzTargets.Part(EvidencePartKind.Collateral, seeds.One(Bundle))];
        return
        [
            new("tdx-quote", [quote, seeds.One("tdx/tdx-v4-debug.quote.bin")], b => FuzzTargets.Unless(IsSameQuote(b, quote), FuzzTargets.Verified(EvidenceKind.Tdx, b, collateral, March))),
            new("tdx-collateral", seeds.All("tdx/*.json"), b => FuzzTargets.Unless(true, FuzzTargets.Verified(EvidenceKind.Tdx, quote, [FuzzTargets.Part(EvidencePartKind.Collateral, b)], March))),
            new("tdx-event-log", [.. seeds.All("tdx/*ccel*.dat").Select(log => log[..30_000])], b => Read(() => EventLog.Replay(b).Length)),
            new("tdx-pck-extension", Extensions(quote), b => Read(() => PckExtension.Parse(b).PceSvn)),
            new("tdx-chain", quote.Length == 0 ? [] : [quote[quote.AsSpan().IndexOf("-----BEGIN"u8)..]], b => Read(() => PemChain.Read(b).Count)),
            new("nitro", [document], b => FuzzTargets.Unless(IsSameDocument(b, document), FuzzTargets.Verified(EvidenceKind.Nitro, b, [], Christmas))),
            new("nitro-payload", document.Length == 0 ? [] : [CoseSign1.Parse(document).Payload], b => Read(() => NitroDocument.Parse(b).Pcrs.Count)),
            new("policy", Policies, b => ReadPolicy(Encoding.UTF8.GetString(b))),
        ];
    }

    /// <summary>Line ends in the chain and zeros at the end are free; nothing else is.</summary>
    private static bool IsSameQuote(byte[] bytes, byte[] quote) => Same(bytes, quote, b =>
    {
        var q = TdxQuote.Parse(b);
        return [.. q.Signed.Span, .. q.Signature.Span, .. q.AttestationKey.Span, .. q.QeReport.Signed.Span, .. q.QeReport.Signature.Span, .. q.PckChain.SelectMany(c => c)];
    });

    /// <summary>CBOR can say the same in several encodings, and the tag may stand or not.</summary>
    private static bool IsSameDocument(byte[] bytes, byte[] document) => Same(bytes, document, b => [.. CoseSign1.Parse(b).ToBeSigned(), .. CoseSign1.Parse(b).Signature]);

    private static bool Same(byte[] one, byte[] other, Func<byte[], byte[]> content)
    {
        try
        {
            return content(one).AsSpan().SequenceEqual(content(other));
        }
        catch (RefusedException)
        {
            return false;
        }
    }

    /// <summary>The extension of a real certificate, if there is one, and one of nobody's.</summary>
    private static IReadOnlyList<byte[]> Extensions(byte[] quote)
    {
        var real = quote.Length == 0 ? null : Trust.Attestation.Chains.ChainCertificate.TryRead(TdxQuote.Parse(quote).PckChain[0])?.Extension(PckExtension.Oid)?.ToArray();
        return [.. real is null ? Array.Empty<byte[]>() : [real], PckExtensions.Encode(new byte[16], 13, [0, 0], new byte[6])];
    }

    private static Outcome Read(Func<int> read)
    {
        try
        {
            return FuzzTargets.Parsed(read());
        }
        catch (RefusedException refused)
        {
            return new Outcome($"{refused.Code} {refused.Message.Length}");
        }
    }

    private static Outcome ReadPolicy(string text)
    {
        try
        {
            return new Outcome($"{Policy.Parse(text, "p").Roles.Count}");
        }
        catch (PolicyException refused)
        {
            return new Outcome(string.Concat(refused.Message.Where(c => !char.IsAsciiDigit(c)).Take(40)));
        }
    }

    private static IReadOnlyList<byte[]> Policies
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                var examples = Path.Combine(folder.FullName, "deploy", "policies");
                if (Directory.Exists(examples)) return [.. Directory.EnumerateFiles(examples, "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
            }

            return [];
        }
    }
}
