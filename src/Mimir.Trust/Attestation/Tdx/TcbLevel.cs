using System.Text.Json;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>One level of TCB info: what a platform must at least have to be judged by it.</summary>
internal sealed class TcbLevel
{
    private readonly byte[] _sgx;
    private readonly byte[] _tdx;
    private readonly int _pceSvn;

    public TcbLevel(JsonElement level)
    {
        var tcb = level.Object("tcb");
        _sgx = Components(tcb, "sgxtcbcomponents");
        _tdx = Components(tcb, "tdxtcbcomponents");
        _pceSvn = tcb.Number("pcesvn", ushort.MaxValue);
        Judgement = TcbJudgement.Parse(level);
    }

    /// <summary>The judgement.</summary>
    public TcbJudgement Judgement { get; }

    /// <summary>
    /// All 16 SGX components ≥, PCESVN ≥, and the TDX components ≥; of these the first two are the module's, which has its own identity when
    /// svn[1] &gt; 0, and then do not count here.
    /// </summary>
    public bool IsReachedBy(PckExtension pck, ReadOnlySpan<byte> teeTcbSvn)
    {
        for (var i = 0; i < 16; i++)
            if (pck.Components[i] < _sgx[i]) return false;
        for (var i = teeTcbSvn[1] > 0 ? 2 : 0; i < 16; i++)
            if (teeTcbSvn[i] < _tdx[i]) return false;
        return pck.PceSvn >= _pceSvn;
    }

    private static byte[] Components(JsonElement tcb, string name)
    {
        byte[] components = [.. tcb.Objects(name).Select(component => (byte)component.Number("svn", byte.MaxValue))];
        return components.Length == 16 ? components : throw TdxCollateral.Malformed($"{name} in the TCB info does not have 16 components.");
    }
}
