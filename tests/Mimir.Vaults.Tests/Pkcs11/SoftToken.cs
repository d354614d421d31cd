using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mimir.Vaults.Pkcs11;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Mimir.Vaults.Tests.Pkcs11;

/// <summary>A SoftHSM token in a temporary folder, with an ECDSA P-256 pair 'authority' and an RSA-2048 pair 'wrapping'. One per test process: the module reads its configuration once.</summary>
public sealed partial class SoftToken : IDisposable
{
    public const string Library = "/usr/lib/softhsm/libsofthsm2.so";
    public const string Label = "mimir";
    public const string Pin = "4321";
    private readonly string _folder = Directory.CreateTempSubdirectory("mimir-token-").FullName;

    public SoftToken()
    {
        if (!IsInstalled) return;
        var configuration = Path.Combine(_folder, "softhsm2.conf");
        Directory.CreateDirectory(Path.Combine(_folder, "tokens"));
        File.WriteAllText(configuration, $"directories.tokendir = {_folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n");
        // The runtime's own setter does not reach the native environment that the module reads.
        Assert.Equal(0, SetEnvironment("SOFTHSM2_CONF", configuration, 1));
        var start = new ProcessStartInfo("softhsm2-util", ["--init-token", "--free", "--label", Label, "--pin", Pin, "--so-pin", "8765"]) { RedirectStandardOutput = true };
        start.Environment["SOFTHSM2_CONF"] = configuration;
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        MakeKeys();
    }

    public static bool IsInstalled => File.Exists(Library);

    public static void Require()
    {
        if (!IsInstalled) Assert.Skip("softhsm2 is not installed");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Encrypts outside the token, to the public key of 'wrapping'.</summary>
    public static byte[] Wrap(byte[] plaintext)
    {
        var factories = Pkcs11Module.Factories;
        using var session = Pkcs11Module.FindToken(Library, Label)!.OpenSession(SessionType.ReadOnly);
        var handle = session.FindAllObjects([factories.ObjectAttributeFactory.Create(CKA.CKA_CLASS, CKO.CKO_PUBLIC_KEY), factories.ObjectAttributeFactory.Create(CKA.CKA_LABEL, "wrapping")])[0];
        var values = session.GetAttributeValue(handle, [CKA.CKA_MODULUS, CKA.CKA_PUBLIC_EXPONENT]);
        using var rsa = RSA.Create(new RSAParameters { Modulus = values[0].GetValueAsByteArray(), Exponent = values[1].GetValueAsByteArray() });
        return rsa.Encrypt(plaintext, RSAEncryptionPadding.OaepSHA1);
    }

    private static void MakeKeys()
    {
        var factories = Pkcs11Module.Factories;
        using var session = Pkcs11Module.FindToken(Library, Label)!.OpenSession(SessionType.ReadWrite);
        session.Login(CKU.CKU_USER, Pin);
        IObjectAttribute Text(string label) => factories.ObjectAttributeFactory.Create(CKA.CKA_LABEL, label);
        IObjectAttribute Flag(CKA attribute) => factories.ObjectAttributeFactory.Create(attribute, true);
        using var curve = factories.MechanismFactory.Create(CKM.CKM_EC_KEY_PAIR_GEN);
        session.GenerateKeyPair(curve,
            [Text("authority"), Flag(CKA.CKA_TOKEN), Flag(CKA.CKA_VERIFY), factories.ObjectAttributeFactory.Create(CKA.CKA_EC_PARAMS, Convert.FromHexString("06082a8648ce3d030107"))],
            [Text("authority"), Flag(CKA.CKA_TOKEN), Flag(CKA.CKA_PRIVATE), Flag(CKA.CKA_SENSITIVE), Flag(CKA.CKA_SIGN)], out _, out _);
        using var rsa = factories.MechanismFactory.Create(CKM.CKM_RSA_PKCS_KEY_PAIR_GEN);
        session.GenerateKeyPair(rsa,
            [Text("wrapping"), Flag(CKA.CKA_TOKEN), Flag(CKA.CKA_ENCRYPT), factories.ObjectAttributeFactory.Create(CKA.CKA_MODULUS_BITS, 2048), factories.ObjectAttributeFactory.Create(CKA.CKA_PUBLIC_EXPONENT, new byte[] { 1, 0, 1 })],
            [Text("wrapping"), Flag(CKA.CKA_TOKEN), Flag(CKA.CKA_PRIVATE), Flag(CKA.CKA_SENSITIVE), Flag(CKA.CKA_DECRYPT)], out _, out _);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
