using System.Text.Json;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>Which TDX module TCB info accepts: its signer, its attributes under a mask, and its levels.</summary>
internal sealed class ModuleIdentity
{
    private readonly byte[] _signer;
    private readonly byte[] _attributes;
    private readonly byte[] _mask;
    private readonly List<(int IsvSvn, TcbJudgement Judgement)> _levels = [];

    public ModuleIdentity(JsonElement identity, bool hasLevels)
    {
        _signer = identity.Hex("mrsigner", 48);
        _attributes = identity.Hex("attributes", 8);
        _mask = identity.Hex("attributesMask", 8);
        if (hasLevels) _levels = EnclaveLevels.Parse(identity);
    }

    /// <summary>The first level with isvsvn ≤ <paramref name="isvSvn"/>.</summary>
    public TcbJudgement? Level(int isvSvn) => EnclaveLevels.First(_levels, isvSvn);

    /// <summary>Signer equal; attributes equal under the mask.</summary>
    public void RequireMatch(TdReport report)
    {
        if (!report.MrSignerSeam.Span.SequenceEqual(_signer)) throw new RefusedException(TdxRefusals.Module, "The TDX module has another signer than the TCB info says.");
        if (!Masked.Equal(report.SeamAttributes.Span, _attributes, _mask))
            throw new RefusedException(TdxRefusals.Module, "The TDX module has other attributes than the TCB info says.");
    }
}

/// <summary>The levels of an enclave or module: the first with isvsvn at most the given one counts.</summary>
internal static class EnclaveLevels
{
    public static List<(int IsvSvn, TcbJudgement Judgement)> Parse(JsonElement identity) =>
        [.. identity.Objects("tcbLevels").Select(level => (level.Object("tcb").Number("isvsvn", ushort.MaxValue), TcbJudgement.Parse(level)))];

    public static TcbJudgement? First(List<(int IsvSvn, TcbJudgement Judgement)> levels, int isvSvn) =>
        levels.Where(level => level.IsvSvn <= isvSvn).Select(level => level.Judgement).FirstOrDefault();
}

/// <summary>Equality of bit fields under a mask.</summary>
internal static class Masked
{
    /// <summary>value AND mask = expected AND mask; all of one length.</summary>
    public static bool Equal(ReadOnlySpan<byte> value, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> mask)
    {
        for (var i = 0; i < value.Length; i++)
            if (((value[i] ^ expected[i]) & mask[i]) != 0) return false;
        return true;
    }
}
