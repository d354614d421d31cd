using System.Security.Cryptography;
using Mimir.Trust.Sealing;

namespace Mimir.Trust.Tests.Vectors;

/// <summary>RFC 9180 appendix A.1.3: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, mode_auth.</summary>
public sealed class HpkeVectorTests
{
    private static readonly byte[] Info = Convert.FromHexString("4f6465206f6e2061204772656369616e2055726e");
    private static readonly byte[] Enc = Convert.FromHexString("23fb952571a14a25e3d678140cd0e5eb47a0961bb18afcf85896e5453c312e76");
    private static readonly byte[] Plaintext = Convert.FromHexString("4265617574792069732074727574682c20747275746820626561757479");
    private static readonly byte[] Aad = Convert.FromHexString("436f756e742d30");
    private static readonly byte[] Ciphertext = Convert.FromHexString(
        "5fd92cc9d46dbf8943e72a07e42f363ed5f721212cd90bcfd072bfd9f44e06b80fd17824947496e21b680c141b");

    [Fact]
    public void Sender_agrees_with_the_rfc()
    {
        using var ephemeral = Key("ff4442ef24fbc3c1ff86375b0be1e77e88a0de1e79b30896d73411c5ff4c3518");
        using var sender = Key("dc4a146313cce60a278a5323d321f051c5707e9c45ba21a3479fecdf76fc69dd");
        using var recipient = Key("fdea67cf831f1ca98d8e27b1f6abeb5b7745e9d35348b80fa407ff6958f9137e");
        Assert.Equal(Enc, ephemeral.PublicKey.ToArray());
        using var key = Hpke.SetupSender(ephemeral, sender, recipient.PublicKey.Span, Info, HpkeAead.Aes128Gcm);
        Assert.Equal("b062cb2c4dd4bca0ad7c7a12bbc341e6", Convert.ToHexStringLower(key.Key));
        Assert.Equal("a1bc314c1942ade7051ffed0", Convert.ToHexStringLower(key.BaseNonce));
        var sealedText = new byte[Plaintext.Length + Hpke.TagLength];
        key.Seal(Plaintext, Aad, sealedText);
        Assert.Equal(Ciphertext, sealedText);
    }

    [Fact]
    public void Recipient_agrees_with_the_rfc()
    {
        using var recipient = Key("fdea67cf831f1ca98d8e27b1f6abeb5b7745e9d35348b80fa407ff6958f9137e");
        var senderKey = Convert.FromHexString("8b0c70873dc5aecb7f9ee4e62406a397b350e57012be45cf53b7105ae731790b");
        using var key = Hpke.SetupRecipient(Enc, recipient, senderKey, Info, HpkeAead.Aes128Gcm);
        Assert.Equal(Plaintext, key.Open(Ciphertext, Aad));
        Assert.Throws<AuthenticationTagMismatchException>(() => key.Open(Ciphertext, "Count-1"u8));
    }

    /// <summary>RFC 7748 section 6.1: an all-zero result (small-order point) must be refused.</summary>
    [Fact]
    public void A_key_of_small_order_is_refused()
    {
        using var ephemeral = SealingKeyPair.Generate();
        using var sender = SealingKeyPair.Generate();
        Assert.Throws<CryptographicException>(() => Hpke.SetupSender(ephemeral, sender, new byte[32], Info, HpkeAead.Aes256Gcm));
    }

    private static SealingKeyPair Key(string hex) => SealingKeyPair.FromPrivateKey(Convert.FromHexString(hex));
}
